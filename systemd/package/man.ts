import type { ProgramName } from "../bundle.mjs";
import { commandTree, type SubCommand } from "./commands.ts";

const seeAlso: Record<ProgramName, string> = {
	heimweg: ".BR heimweg.toml (5),\n.BR wg (8),\n.BR postconf (1),\n.BR journalctl (1)",
	"heimweg-relay": ".BR relay.toml (5),\n.BR wg (8),\n.BR postconf (1),\n.BR journalctl (1)",
};

/** The page of a program in section 8, from the definitions that its command line runs by. */
export function programPage(name: ProgramName, edition: { version: string; epoch: number }): string {
	const tree = commandTree(name);
	const [does, ...more] = tree.description.split(": ");
	const lines = [
		titleLine(name, 8, edition, "System administration"),
		".SH NAME",
		`${roff(name)} \\- ${roff(lowered(does!))}`,
		".SH SYNOPSIS",
		`.B ${roff(name)}`,
		".I command",
		".RI [ options ]",
		".SH DESCRIPTION",
		roff(`${does}${more.length > 0 ? `: ${more.join(": ")}` : ""}`),
		".SH COMMANDS",
		...tree.commands.flatMap(commandLines),
		...sectionsOf(tree.after),
		".SH SEE ALSO",
		seeAlso[name],
	];
	return `${lines.join("\n")}\n`;
}

/** The first line of a page. */
export function titleLine(
	name: string,
	section: number,
	{ version, epoch }: { version: string; epoch: number },
	manual: string,
): string {
	const date = new Date(epoch * 1000).toISOString().slice(0, 10);
	return `.TH ${name.toUpperCase()} ${section} ${date} "Heimweg ${version}" "${manual}"`;
}

function commandLines(command: SubCommand): string[] {
	const operands = command.arguments.map((one) => ` \\fI${roff(one)}\\fR`).join("");
	return [
		".TP",
		`\\fB${roff(command.name)}\\fR${operands}`,
		roff(sentence(command.description)),
		...(command.options.length > 0 ? [".RS"] : []),
		...command.options.flatMap(({ flags, description, defaultValue }) => [
			".TP",
			`\\fB${roff(flags)}\\fR`,
			roff(sentence(defaultValue ? `${description}; ${defaultValue} if not given` : description)),
		]),
		...(command.options.length > 0 ? [".RE"] : []),
	];
}

/** `Exit status:` and the like, with lines of two columns below. */
function sectionsOf(text: string): string[] {
	// What was too long for one line goes on below its second column.
	const whole = text.replaceAll(/\n {4,}(?=\S)/g, " ");
	return whole.split("\n").flatMap((line) => {
		const heading = /^(\S.*):$/.exec(line);
		if (heading) return [`.SH ${roff(heading[1]!.toUpperCase())}`];
		const columns = /^ {2}(\S+) {2,}(.+)$/.exec(line);
		if (columns) return [".TP", `.B ${roff(columns[1]!)}`, roff(sentence(columns[2]!))];
		return line.trim() ? [roff(line.trim())] : [];
	});
}

/** As the beginning of what follows "name -". */
const lowered = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);

function sentence(text: string): string {
	const begun = text.charAt(0).toUpperCase() + text.slice(1);
	return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}

/** Text in which nothing means something to roff (groff_char(7)). */
export function roff(text: string): string {
	const escaped = text.replaceAll("\\", "\\e").replaceAll("-", "\\-");
	return escaped.replaceAll(/^([.'])/gm, "\\&$1");
}
