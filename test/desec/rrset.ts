import { isIPv4, isIPv6 } from "node:net";

/** An RRset as the stand-in keeps it: records in canonical form. */
export interface StoredRRset {
	subname: string;
	type: string;
	ttl: number;
	records: string[];
	created: string;
	touched: string;
}

export const MAXIMUM_TTL = 86_400;
export const AUTOMATIC_TYPES: ReadonlySet<string> = new Set(
	"KEY NSEC NSEC3 OPT RRSIG NSEC3PARAM SOA".split(" "),
);
export const MANAGEABLE_TYPES: ReadonlySet<string> = new Set(
	"A AAAA CAA CNAME DNSKEY DS HTTPS MX NAPTR NS OPENPGPKEY PTR SMIMEA SRV SSHFP SVCB TLSA TXT URI".split(" "),
);

/** The canonical presentation of a record. Throws an Error whose message is deSEC's wording where it has one. */
export function canonicalRecord(type: string, text: string): string {
	const fields = text.trim().split(/\s+/);
	switch (type) {
		case "A":
			if (!isIPv4(text)) throw malformed(type, `Text input is malformed.`);
			return text;
		case "AAAA":
			return canonicalIPv6(text);
		case "CNAME":
		case "NS":
		case "PTR":
			return expectFields(type, fields, 1, () => absoluteName(fields[0]!));
		case "MX":
			return expectFields(type, fields, 2, () => `${integer(fields[0]!)} ${absoluteName(fields[1]!)}`);
		case "SRV":
			return expectFields(
				type,
				fields,
				4,
				() =>
					`${integer(fields[0]!)} ${integer(fields[1]!)} ${integer(fields[2]!)} ${absoluteName(fields[3]!)}`,
			);
		case "TXT":
			return canonicalText(text);
		case "TLSA":
		case "SMIMEA":
		case "DS": {
			const [a, b, c, ...hex] = fields;
			const data = hex.join("").toLowerCase();
			if (!data || !/^([0-9a-f]{2})+$/.test(data)) {
				throw new Error("Cannot parse hexadecimal or base64 record contents");
			}
			return `${integer(a!)} ${integer(b!)} ${integer(c!)} ${data}`;
		}
		default:
			return fields.join(" ");
	}
}

function malformed(type: string, why: string): Error {
	return new Error(`Record content for type ${type} malformed: ${why}`);
}

function expectFields(type: string, fields: string[], count: number, then: () => string): string {
	if (fields.length !== count) throw malformed(type, `expected ${count} field(s), got ${fields.length}`);
	return then();
}

function integer(text: string): number {
	if (!/^\d+$/.test(text)) throw new Error(`Cannot parse record contents: expecting an integer, got ${text}`);
	return Number(text);
}

function absoluteName(text: string): string {
	if (!text.endsWith(".")) {
		throw new Error('Hostname must be fully qualified (i.e., end in a dot: "example.com.")');
	}
	return text;
}

/** Hexadecimal groups only, the longest run of zero groups compressed: what WHATWG's URL parser also does. */
function canonicalIPv6(text: string): string {
	if (!isIPv6(text) || text.includes("%")) throw malformed("AAAA", "Text input is malformed.");
	return new URL(`http://[${text}]`).hostname.slice(1, -1);
}

/** Bytes of an RRset on the wire, about (measured). */
export const MAXIMUM_RRSET = 65_000;

/** Bytes of records on the wire: those of their text, without what only its spelling needs, and the head of each. */
export function wireLength(records: readonly string[]): number {
	const bare = (text: string) => text.replace(/\\(?:\d{3}|.)/gs, "x").replace(/"/g, "");
	return records.reduce((sum, record) => sum + 11 + Buffer.byteLength(bare(record)), 0);
}

/** Character strings must be quoted; each is split at 255 bytes, and what is not ASCII is written by its bytes. */
function canonicalText(text: string): string {
	const strings = text.trim().match(/"(?:[^"\\]|\\.)*"/g);
	if (
		!strings ||
		text
			.trim()
			.replace(/"(?:[^"\\]|\\.)*"/g, "")
			.trim() !== ""
	) {
		throw new Error("Data for TXT records must be given using quotation marks.");
	}
	return strings
		.flatMap((quoted) => {
			const bytes = (quoted.slice(1, -1).match(/\\\d{3}|\\.|./gsu) ?? []).flatMap(bytesOfSign);
			const parts: string[] = [];
			for (let at = 0; at < Math.max(bytes.length, 1); at += 255) {
				parts.push(`"${bytes.slice(at, at + 255).join("")}"`);
			}
			return parts;
		})
		.join(" ");
}

/** A sign of a TXT record as deSEC gives it back: `\\;` is `;`, and what is not printable ASCII stands in its bytes. */
function bytesOfSign(sign: string): string[] {
	if (/^\\\d{3}$/.test(sign)) return [sign];
	const plain = sign.length > 1 && sign.startsWith("\\") ? sign.slice(1) : sign;
	if (plain === '"' || plain === "\\") return [`\\${plain}`];
	if (/^[ -~]$/.test(plain)) return [plain];
	return [...Buffer.from(plain, "utf8")].map((byte) => `\\${String(byte).padStart(3, "0")}`);
}
