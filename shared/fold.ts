/** Narrower ones get their lines as they are. */
const narrowest = 40;

/** A label that the lines below it are set in from may be so long. */
const longestLabel = 20;

/** What is to be copied as it is. */
const copied = /accept comment|-j ACCEPT|ufw allow|firewall-cmd |^hw1-/;

/**
 * Breaks lines between words where they are longer than a terminal is wide, set in below where the text begins. Never within
 * quotes, since what stands there is to be copied.
 */
export function folded(text: string, width: number | undefined): string {
	if (width === undefined || width < narrowest) return text;
	return text
		.split("\n")
		.map((line) => (line.length <= width || copied.test(line) ? line : foldedLine(line, width)))
		.join("\n");
}

function foldedLine(line: string, width: number): string {
	const indent = " ".repeat(indentOf(line));
	const [, space = "", words = ""] = /^(\s*)(.*)$/.exec(line) ?? [];
	const lines: string[] = [];
	let current = space;
	for (const [spaced, word = ""] of words.matchAll(/ *((?:"[^"]*"|[^\s"]|")+)/g)) {
		if (current.length + spaced.length <= width || current.trim() === "") current += spaced;
		else {
			lines.push(current);
			current = indent + word;
		}
	}
	return [...lines, current].join("\n");
}

/** Below the text of a row such as `tunnel    up to ...`, below an item's text, or a little to the right. */
function indentOf(line: string): number {
	const label = /^\S+(?: \S+)? {2,}(?=\S)/.exec(line)?.[0].length ?? 0;
	if (label > 0 && label <= longestLabel) return label;
	const [item = ""] = /^\s*(?:[-+~=?] )?/.exec(line) ?? [];
	return /\S/.test(item) ? item.length : item.length + 2;
}
