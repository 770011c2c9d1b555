import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";

/** What stands between two headings, or before the first one. */
interface Section {
	level: number;
	/** Fenced blocks in a language of their own, or indented: their lines without comments. */
	blocks: { language: string; lines: string[] }[];
	/** Drawings, of which words are translated: only how many lines they have, and the numbers in them. */
	drawings: { lines: number; numbers: string[] }[];
	/** What stands in backticks in each row's first column. */
	rows: string[][];
	/** What stands in backticks anywhere. */
	code: string[];
}

const codeIn = (text: string) =>
	[...text.matchAll(/`([^`]+)`/g)].map(([, code]) => code!.replace(/\s+/g, " "));
const withoutComment = (line: string) => line.replace(/(^|\s+)#(?!!).*$/, "").trimEnd();
const fence = /^( *)```(\w*)\n([\s\S]*?)^ *```$/gm;

function sectionsOf(text: string): Section[] {
	const fences: { indent: string; language: string; body: string }[] = [];
	// Out of the way, since a comment begins like a heading.
	const prose = text.replace(fence, (_, indent: string, language: string, body: string) => {
		fences.push({ indent, language, body });
		return "```";
	});
	return prose.split(/^(?=#+ )/m).map((section) => {
		const lines = section.split("\n");
		const found: Section = {
			level: /^#*/.exec(section)![0].length,
			blocks: [],
			drawings: [],
			rows: lines.filter((line) => line.startsWith("|")).map((line) => codeIn(line.split("|")[1]!)),
			code: [...new Set(codeIn(section.replace(/^```$/gm, "")))].sort(),
		};
		for (const _ of lines.filter((line) => line === "```")) {
			const { indent, language, body } = fences.shift()!;
			if (indent || language)
				found.blocks.push({ language, lines: body.trimEnd().split("\n").map(withoutComment) });
			else found.drawings.push({ lines: body.split("\n").length, numbers: body.match(/\d+(\.\d+)*/g) ?? [] });
		}
		return found;
	});
}

test("the German README has the sections, commands and keys of the English one", async () => {
	const [english, german] = await Promise.all(
		["README.md", "README.de.md"].map(async (name) =>
			sectionsOf(await readFile(new URL(`../${name}`, import.meta.url), "utf8")),
		),
	);
	expect(english!.length).toBeGreaterThan(20);
	expect(english!.flatMap(({ blocks }) => blocks).length).toBeGreaterThan(20);
	expect(german!.map(({ level }) => level)).toEqual(english!.map(({ level }) => level));
	for (const [at, section] of english!.entries()) {
		expect(german![at], `section ${at}`).toEqual(section);
	}
});
