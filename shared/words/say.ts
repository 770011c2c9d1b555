/** Says a sentence of ours in somebody's language; what is not known stays as it is. */
export type Speak = (sentence: string) => string;

/** The language that everything is written in. */
export const english: Speak = (sentence) => sentence;

/**
 * Marks a sentence that people read, so that the catalogues of other languages are held against it. It stays the plain
 * English text: logs, JSON, notices and what crosses the tunnel carry that.
 *
 * What needs no mark: title, text and remedy of a condition, message and remedy of a HeimwegError, name and text of a
 * status row, and the fields because, why, cause, advice, remedy and fix.
 */
export function say(words: TemplateStringsArray, ...values: readonly unknown[]): string {
	return words.map((text, at) => (at === 0 ? text : `${values[at - 1]}${text}`)).join("");
}
