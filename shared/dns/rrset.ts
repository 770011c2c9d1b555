import { z } from "zod";
import { parseAddress } from "../address.ts";
import { quoted, stringsOf } from "./text.ts";

/** Signs of one record: 65,535 bytes (RFC 1035, 3.2.1), each of which may be written as `\\DDD`. */
const recordSigns = 270_000;

/** An RRset as deSEC describes it; `subname` is empty at the apex. Other fields are ignored. */
export const rrsetSchema = z.object({
	subname: z.string().max(178),
	type: z.string().max(10),
	ttl: z.number().int().nonnegative(),
	records: z.array(z.string().max(recordSigns)).max(4091),
});

/** A record set at one name. TTL in seconds. */
export type RRset = z.infer<typeof rrsetSchema>;

/** A change to one RRset: without `ttl` or `records` the present ones stay; `records: []` deletes it. */
export interface RRsetChange {
	subname: string;
	type: string;
	ttl?: number;
	records?: readonly string[];
}

/** How records of a type are brought into one form; text that is no such record stays as it is. */
const canonicalForms: Record<string, (record: string) => string> = {
	A: canonicalAddress,
	AAAA: canonicalAddress,
	CNAME: canonicalNames,
	MX: canonicalNames,
	NS: canonicalNames,
	PTR: canonicalNames,
	SRV: canonicalNames,
	TXT: canonicalText,
};

/** A record in the form that two spellings of it share. */
export function canonicalRecord(type: string, record: string): string {
	return canonicalForms[type]?.(record) ?? spaced(record);
}

function canonicalAddress(record: string): string {
	try {
		return parseAddress(record.trim());
	} catch {
		return record;
	}
}

/** Names mean the same in capital and small letters (RFC 4343). */
function canonicalNames(record: string): string {
	return spaced(record).toLowerCase();
}

function canonicalText(record: string): string {
	const strings = stringsOf(record);
	return strings ? quoted(strings) : record;
}

function spaced(record: string): string {
	return record.trim().replace(/\s+/g, " ");
}

/** True when both lists hold the same records, in whatever order and spelling. */
export function sameRecords(type: string, a: readonly string[], b: readonly string[]): boolean {
	const canonical = (records: readonly string[]) =>
		[...new Set(records.map((record) => canonicalRecord(type, record)))].sort().join("\n");
	return canonical(a) === canonical(b);
}

/** The part of a name before its zone, empty for the zone itself. Throws when the name is not in the zone. */
export function subnameOf(name: string, zone: string): string {
	const [plainName, plainZone] = [plain(name), plain(zone)];
	if (plainName === plainZone) return "";
	if (!plainName.endsWith(`.${plainZone}`)) throw new RangeError(`${name} is not in the zone ${zone}`);
	return plainName.slice(0, -plainZone.length - 1);
}

/** The full name of an RRset, without the final dot. */
export function nameOf(subname: string, zone: string): string {
	return subname === "" ? zone : `${subname}.${zone}`;
}

function plain(name: string): string {
	return name.toLowerCase().replace(/\.$/, "");
}

/** The place of an RRset in a zone, as one text. */
export const rrsetKey = (subname: string, type: string): string => `${subname} ${type}`;
