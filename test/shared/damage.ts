/** Recordings of other programs' output with one thing damaged at a time: what a reader must take without losing the rest. */

/** What stands in the place of a field of a line. */
const oddFields = [
	"",
	"?",
	"-1",
	"NaN",
	"1e999",
	"0",
	"198.51.100.7:0",
	"(none",
	"ü\u0000",
	"x".repeat(5_000),
];

/** One line of a recording, and one of its fields, damaged. */
export interface DamagedLine {
	text: string;
	line: number;
	/** Undefined when the whole line is. */
	field: number | undefined;
	odd: string | undefined;
}

/** Each line taken out, cut, garbled, and each of its fields replaced by each odd one. */
export function* damagedLines(text: string, separator: string): Generator<DamagedLine> {
	const lines = text.split("\n").filter(Boolean);
	const put = (line: number, ...instead: string[]) =>
		`${[...lines.slice(0, line), ...instead, ...lines.slice(line + 1)].join("\n")}\n`;
	for (const [line, whole] of lines.entries()) {
		yield { text: put(line), line, field: undefined, odd: undefined };
		for (const odd of ["garbage", whole.slice(0, whole.length / 2), separator, `\u0000${whole}`])
			yield { text: put(line, odd), line, field: undefined, odd };
		const fields = whole.split(separator);
		for (const field of fields.keys()) {
			for (const odd of oddFields)
				yield { text: put(line, fields.with(field, odd).join(separator)), line, field, odd };
		}
	}
}

/** What stands in the place of a value in JSON; `undefined` takes the key out. */
const oddValues = [undefined, null, true, 0, -1, 1e99, "", "?", "10.0.0.0/99", [], [null], {}];

/** A JSON recording with one value damaged, and the path that leads there. */
export interface DamagedJson {
	text: string;
	path: ReadonlyArray<string | number>;
	odd: unknown;
}

/** Each value inside a JSON text, at any depth, replaced by each odd one. */
export function* damagedJson(text: string): Generator<DamagedJson> {
	const whole: unknown = JSON.parse(text);
	for (const path of pathsOf(whole)) {
		for (const odd of oddValues) {
			const copy = structuredClone(whole) as Record<string | number, unknown>;
			const last = path.at(-1)!;
			let holder = copy;
			for (const key of path.slice(0, -1)) holder = holder[key] as typeof copy;
			if (odd !== undefined) holder[last] = odd;
			else if (Array.isArray(holder)) holder.splice(Number(last), 1);
			else delete holder[last];
			yield { text: JSON.stringify(copy), path, odd };
		}
	}
}

function* pathsOf(value: unknown): Generator<Array<string | number>> {
	if (typeof value !== "object" || value === null) return;
	const entries = Array.isArray(value) ? value.entries() : Object.entries(value);
	for (const [key, inner] of entries) {
		yield [key];
		for (const rest of pathsOf(inner)) yield [key, ...rest];
	}
}
