/** Something that knows valid recipients of this home. */
export interface Source {
	/** How messages name it. */
	name: string;
	/** Addresses, `@domain` for everybody there, or names without a domain. Throws when it cannot list all of them. */
	read(): Promise<string[]>;
}

/** The lines of a text that say something; `#` begins a comment. */
export function linesOf(text: string): string[] {
	return text
		.split("\n")
		.map((line) => line.replace(/(^|\s)#.*/, "").trim())
		.filter(Boolean);
}
