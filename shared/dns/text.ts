/** Bytes that a character string of a TXT record holds at most (RFC 1035, 3.3). */
const stringBytes = 255;

/**
 * The text of a TXT record, its character strings joined without anything between them, as SPF, DKIM and DMARC read it
 * (RFC 7208, 3.3); each character is one byte. Undefined for what is not written as a TXT record.
 */
export function textOf(record: string): string | undefined {
	const strings = stringsOf(record);
	return strings?.join("");
}

/** The character strings of a TXT record in presentation form (RFC 1035, 5.1), unquoted ones, too. */
export function stringsOf(record: string): string[] | undefined {
	const found: string[] = [];
	const pattern = /\s*(?:"((?:[^"\\]|\\\d{3}|\\.)*)"|((?:[^\s"\\]|\\\d{3}|\\.)+))/gsy;
	const text = record.trim();
	while (pattern.lastIndex < text.length) {
		const [, quoted, bare] = pattern.exec(text) ?? [];
		if (quoted === undefined && bare === undefined) return undefined;
		found.push(unescaped((quoted ?? bare)!));
	}
	return found.length > 0 ? found : undefined;
}

/** The TXT record of a text of bytes, in strings of at most 255, each quoted. */
export function textRecord(text: string): string {
	return quoted(piecesOf(text));
}

/** The strings of a TXT record in their one form: quoted, and whatever is not printable ASCII by its number. */
export function quoted(strings: readonly string[]): string {
	return strings
		.flatMap((one) => (one.length > stringBytes ? piecesOf(one) : [one]))
		.map((one) => `"${escaped(one)}"`)
		.join(" ");
}

function piecesOf(text: string): string[] {
	const pieces: string[] = [];
	for (let at = 0; at < Math.max(text.length, 1); at += stringBytes)
		pieces.push(text.slice(at, at + stringBytes));
	return pieces;
}

function unescaped(text: string): string {
	// A sign beyond ASCII stands for its bytes in UTF-8.
	const bytes = Buffer.from(text, "utf8").toString("latin1");
	return bytes.replace(/\\(\d{3})|\\(.)/gs, (_, code?: string, sign?: string) =>
		code === undefined ? sign! : String.fromCharCode(Number(code) & 0xff),
	);
}

function escaped(text: string): string {
	return text.replace(/["\\]|[^ -~]/g, (sign) =>
		sign === '"' || sign === "\\" ? `\\${sign}` : `\\${String(sign.charCodeAt(0)).padStart(3, "0")}`,
	);
}
