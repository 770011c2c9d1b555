/**
 * What a terminal obeys instead of showing it, or what makes a text read as another one: C0, DEL and C1 controls
 * (ECMA-48), the bidirectional controls and isolates (UAX #9), invisible signs and tags, halves of surrogate pairs.
 */
export const unseen: RegExp =
	/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

/** A text from somebody else as one line that a terminal only shows: line breaks become spaces, what is unseen a `?`. */
export function plainText(text: string): string {
	return text.replace(/[\t\n\v\f\r\u0085\u2028\u2029]+/g, " ").replace(unseen, "?");
}

/** The same for a text of several lines. */
export function plainLines(text: string): string {
	return text.split("\n").map(plainText).join("\n");
}

/** JSON for scripts that a terminal shows too: what is unseen is written as `\uXXXX`, and reads back as it was. */
export function plainJson(value: unknown): string {
	return JSON.stringify(value, null, 2).replace(unseen, (sign) =>
		sign === "\n" ? sign : [...Array(sign.length).keys()].map((at) => escaped(sign.charCodeAt(at))).join(""),
	);
}

function escaped(unit: number): string {
	return `\\u${unit.toString(16).padStart(4, "0")}`;
}
