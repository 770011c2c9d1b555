import { createHash } from "node:crypto";
import { canonicalRecord, nameOf, type RRset, type RRsetChange, rrsetKey } from "../rrset.ts";
import type { Omission } from "../wanted/wish.ts";
import type { AppliedRecord } from "./applied.ts";

/** A zone as its provider has it. */
export interface ZoneContent {
	zone: string;
	/** Seconds; a lower TTL is refused. */
	leastTtl: number;
	rrsets: readonly RRset[];
}

/** What an RRset is good for, and by whose word. */
export interface Reason {
	kind: string;
	why: string;
	word: string;
}

/** One RRset that becomes another. */
export interface PlannedChange {
	name: string;
	subname: string;
	type: string;
	action: "create" | "change" | "delete";
	before: readonly string[];
	after: readonly string[];
	/** Seconds, after the change; what is there keeps its own. */
	ttl: number;
	reasons: readonly Reason[];
}

/** What would be done in a zone, what is right already, and what is left out and why. */
export interface Plan {
	zone: string;
	changes: readonly PlannedChange[];
	right: ReadonlyArray<Reason & { name: string; type: string; records: readonly string[] }>;
	leftOut: readonly Omission[];
	/** What is wrong with records that are there, as sentences. */
	faults: readonly string[];
	/** What is ours once it is done. */
	owned: readonly AppliedRecord[];
	/** Why it asks again, as a sentence. */
	asksAgain?: string;
	/** Stands for exactly these changes. */
	digest: string;
}

/** More than this part of a zone's RRsets changed or deleted in one go may be a mistake. */
const largePart = 1 / 3;

/** Types that the provider makes by itself or that are never ours. */
const notCounted = ["NS", "SOA", "DS", "DNSKEY", "CDS", "CDNSKEY"];

/** Why a plan should be looked at twice: it deletes or changes more than a third of what is there. */
export function whyLarge(zone: ZoneContent, changes: readonly PlannedChange[]): string | undefined {
	const there = zone.rrsets.filter(({ type }) => !notCounted.includes(type)).length;
	const touched = changes.filter(({ action }) => action !== "create").length;
	if (touched <= there * largePart) return undefined;
	return `${touched} of the ${there} RRsets in ${zone.zone} would be changed or deleted, which is more than a third`;
}

/** The same changes have the same digest, whatever else there is. */
export function digestOf(changes: readonly PlannedChange[]): string {
	const plain = changes.map(({ name, type, before, after, ttl }) => [
		...[name, type, after.length > 0 ? ttl : 0],
		...[before, after].map((records) => records.map((one) => canonicalRecord(type, one)).sort()),
	]);
	return createHash("sha256").update(JSON.stringify(plain)).digest("hex").slice(0, 16);
}

/** The changes as a provider takes them. */
export function asRRsetChanges(changes: readonly PlannedChange[]): RRsetChange[] {
	return changes.map(({ subname, type, action, after, ttl }) => ({
		...{ subname, type, records: after },
		...(action === "create" ? { ttl } : {}),
	}));
}

/** The RRsets of the zone with the changes made. */
export function withChanges(
	rrsets: readonly RRset[],
	changes: ReadonlyArray<Pick<PlannedChange, "subname" | "type" | "after" | "ttl">>,
): RRset[] {
	const touched = new Set(changes.map(({ subname, type }) => rrsetKey(subname, type)));
	return [
		...rrsets.filter(({ subname, type }) => !touched.has(rrsetKey(subname, type))),
		...changes.flatMap(({ subname, type, after, ttl }) =>
			after.length > 0 ? [{ subname, type, ttl, records: [...after] }] : [],
		),
	];
}

/** A change from what is there to these records; undefined where that is the same. */
export function changeTo(
	zone: ZoneContent,
	place: { subname: string; type: string },
	after: readonly string[],
	ttl: number,
	reasons: readonly Reason[],
): PlannedChange {
	const present = zone.rrsets.find((one) => one.subname === place.subname && one.type === place.type);
	const action = !present ? "create" : after.length === 0 ? "delete" : "change";
	return {
		...{ ...place, name: nameOf(place.subname, zone.zone), action, reasons },
		...{ before: present?.records ?? [], after, ttl: present?.ttl ?? Math.max(ttl, zone.leastTtl) },
	};
}
