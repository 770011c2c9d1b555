import type { Speak } from "./say.ts";

/**
 * Sentences of ours and how another language says them. A key is the English sentence with `{0}`, `{1}`, ... for what is
 * put in, in the order of the sentence. A sign after the number says what alone fits: `{0#}` a number, `{0.}` a text
 * without a blank, `{0@}` a moment as `12:03 UTC`, `{0~}` a span as `3 h 5 min`.
 */
export type Catalogue = Readonly<Record<string, string>>;

/** What a language does besides looking up. */
export interface Grammar {
	/** Puts what was said into a case, which a sentence names as `{0:dat}`. */
	inCase(text: string, form: string): string;
}

interface Template {
	/** What stands before, between and after the values. */
	literals: string[];
	kinds: string[];
	/** Letters that it knows of a text. */
	known: number;
	said: string;
}

interface Reading {
	text: string;
	/** How many letters of the English text are known. */
	known: number;
}

const holes = /\{\d+([#.@~]?)\}/;

/** What fits where a key says so. */
const fitting: Record<string, RegExp> = {
	"#": /^\d+$/,
	".": /^\S+$/,
	"@": /^(?:\d{4}-\d\d-\d\d )?\d\d:\d\d(?::\d\d)? UTC$/,
	"~": /^\d+ (?:s|min|h|d)(?: \d+ (?:min|h))?$/,
};

/** Sentences within sentences that are looked for. */
const deepest = 8;

/** Comparisons for one sentence: most of a text may be somebody else's, and must not keep anybody waiting. */
const patience = 50_000;

/** Longer texts are nobody's sentence. */
const longest = 5_000;

/** Places at which a text is looked at as two sentences. */
const mostPieces = 12;

/**
 * Makes what says English sentences in another language. Sentences come finished, from a daemon of this or another
 * version or from the other side, so that they are known by their shape: of all ways to read a text as sentences with
 * sentences put in, the one that knows most of its letters counts. What is not known stays English.
 */
export function translator(catalogue: Catalogue, grammar: Grammar): Speak {
	const whole = new Map<string, string>();
	const templates = new Map<string, Template[]>();
	for (const [key, said] of Object.entries(catalogue)) {
		const parts = key.split(holes);
		if (parts.length === 1) {
			whole.set(key, said);
			continue;
		}
		const template = templateOf(parts, said);
		const start = startOf(template.literals[0]!);
		templates.set(start, [...(templates.get(start) ?? []), template]);
	}

	return (sentence) => {
		if (sentence.length > longest) return sentence;
		const readings = new Map<string, Reading>();
		let left = patience;
		const one = within(sentence, 0);
		if (one.known > 0 || !sentence.includes("\n")) return one.text;
		return sentence
			.split("\n")
			.map((line) => within(line, 0).text)
			.join("\n");

		function read(text: string, depth: number): Reading {
			const exact = whole.get(text);
			// A single word that is put in is more likely a name than a word of ours.
			if (exact !== undefined && (depth === 0 || text.includes(" ")))
				return { text: exact, known: lettersOf(text) };
			const before = readings.get(text);
			if (before) return before;
			let best: Reading = { text, known: 0 };
			if (depth < deepest && text.includes(" ")) {
				for (const one of ways(text, depth)) if (one.known > best.known) best = one;
			}
			if (left > 0) readings.set(text, best);
			return best;
		}

		function* ways(text: string, depth: number): Generator<Reading> {
			for (const start of new Set(["", startOf(text)])) {
				for (const template of templates.get(start) ?? []) {
					left -= 1;
					if (left < 0) return;
					for (const values of fillings(template.literals, text)) {
						if (!values.every((value, at) => fits(value, template.kinds[at]!))) continue;
						yield put(template, values, depth + 1);
					}
				}
			}
			let at = text.indexOf("; ");
			for (let pieces = 0; at >= 0 && pieces < mostPieces; pieces += 1) {
				yield beside(text.slice(0, at), "; ", text.slice(at + 2), "", depth);
				at = text.indexOf("; ", at + 2);
			}
			const named = /^(\S+): /.exec(text)?.[1];
			if (named) yield beside(named, ": ", text.slice(named.length + 2), "", depth);
			if (text.endsWith(" ...")) yield beside(text.slice(0, -4), " ...", "", "", depth);
			const bracket = text.indexOf(" (");
			if (bracket > 0 && text.endsWith(")"))
				yield beside(text.slice(0, bracket), " (", text.slice(bracket + 2, -1), ")", depth);
		}

		/** Two sentences in one text. */
		function beside(before: string, between: string, after: string, end: string, depth: number): Reading {
			const [one, other] = [read(before, depth), read(after, depth)];
			// Where both are known, neither is a part of the other.
			const surer = one.known > 0 && other.known > 0 ? 0.5 : 0;
			return { text: one.text + between + other.text + end, known: one.known + other.known + surer };
		}

		function put({ said, known }: Template, values: readonly string[], depth: number): Reading {
			const read = values.map((value) => within(value, depth));
			const text = said.replace(/\{(\d+)(?::(\w+))?\}/g, (_, at: string, form: string | undefined) => {
				const value = read[Number(at)]?.text ?? "";
				return form ? grammar.inCase(value, form) : value;
			});
			return { text, known: read.reduce((sum, one) => sum + one.known, known) };
		}

		/** What is put in may bring the blank before it or after it. */
		function within(value: string, depth: number): Reading {
			const [, before = "", text = "", after = ""] = /^(\s*)(.*?)(\s*)$/s.exec(value) ?? [];
			const reading = read(text, depth);
			return { ...reading, text: before + reading.text + after };
		}
	};
}

/** By what it begins with a template is found; one that begins with a value may fit anywhere. */
function startOf(text: string): string {
	return text.slice(0, 4).length < 4 ? "" : text.slice(0, 4);
}

function templateOf(parts: readonly string[], said: string): Template {
	const literals = parts.filter((_, at) => at % 2 === 0);
	const kinds = parts.filter((_, at) => at % 2 === 1);
	return { literals, kinds, known: lettersOf(literals.join("")), said };
}

/** What stands in the template's holes, with each value as short as can be from the left, or else from the right. */
function fillings(literals: readonly string[], text: string): string[][] {
	const first = literals[0]!;
	const last = literals.at(-1)!;
	if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return [];
	const inner = text.slice(first.length, text.length - last.length);
	const between = literals.slice(1, -1);
	const left = split(inner, between);
	if (!left || between.length === 0) return left ? [left] : [];
	const right = split(reversed(inner), between.map(reversed).reverse())!.map(reversed).reverse();
	return left.every((value, at) => value === right[at]) ? [left] : [left, right];
}

function split(text: string, separators: readonly string[]): string[] | undefined {
	const values: string[] = [];
	let from = 0;
	for (const separator of separators) {
		const at = text.indexOf(separator, from);
		if (at < 0) return undefined;
		values.push(text.slice(from, at));
		from = at + separator.length;
	}
	return [...values, text.slice(from)];
}

function reversed(text: string): string {
	return text.split("").reverse().join("");
}

function fits(value: string, kind: string): boolean {
	return fitting[kind]?.test(value) ?? true;
}

function lettersOf(text: string): number {
	return text.replace(/\s/g, "").length;
}
