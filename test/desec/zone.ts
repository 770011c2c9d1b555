import type { StoredRRset } from "./rrset.ts";

/** One side of `keys` in a domain's description. */
export interface ZoneKey {
	dnskey: string;
	ds: string[];
	flags: number;
	keytype: string;
	managed: boolean;
}

/** A domain and its RRsets. */
export interface Zone {
	name: string;
	account: string;
	minimumTtl: number;
	created: string;
	published: string;
	touched: string;
	keys: ZoneKey[];
	/** By `${subname} ${type}`. */
	rrsets: Map<string, StoredRRset>;
	/** The same as the name servers answer it. */
	public: Map<string, StoredRRset>;
	/** What was written and could not be published. */
	unpublished: Change[];
}

/** An RRset to write; no records means that it goes. */
export interface Change {
	subname: string;
	type: string;
	ttl: number;
	records: string[];
}

/** Makes changes visible in the DNS. Called when they are kept, and before the request is answered. */
export type Publish = (zone: Zone, changes: readonly Change[]) => Promise<void>;

export const rrsetKey = (subname: string, type: string) => `${subname} ${type}`;

/** The full name with a final dot. */
export function ownerName(zone: Pick<Zone, "name">, subname: string): string {
	return subname === "" ? `${zone.name}.` : `${subname}.${zone.name}.`;
}

/** An RRset as the API shows it. */
export function describeRRset(zone: Zone, rrset: StoredRRset) {
	const { subname, type, ttl, records, created, touched } = rrset;
	return { created, domain: zone.name, subname, name: ownerName(zone, subname), records, ttl, type, touched };
}

/** A domain as the API shows it; the keys only where one domain is asked for. */
export function describeZone(zone: Zone, withKeys: boolean) {
	const { created, published, name, minimumTtl, touched, keys } = zone;
	return { created, published, name, minimum_ttl: minimumTtl, touched, ...(withKeys ? { keys } : {}) };
}

/** The account's zone that holds the name: the longest match. */
export function zoneOwning(zones: Iterable<Zone>, account: string, name: string): Zone | undefined {
	const plain = name.toLowerCase().replace(/^\*\./, "");
	if (!/^([a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}$/.test(plain)) return undefined;
	return [...zones]
		.filter((zone) => zone.account === account && `.${name.toLowerCase()}`.endsWith(`.${zone.name}`))
		.sort((a, b) => b.name.length - a.name.length)[0];
}

/** deSEC's time stamps have microseconds. */
export function stamp(now: number): string {
	return new Date(now).toISOString().replace("Z", "000Z");
}

/**
 * Keeps the changes, then publishes them with all that could not be published before. When publishing fails, what was
 * written stays, and the world sees the zone as it was (measured on the real server).
 */
export async function applyChanges(zone: Zone, changes: readonly Change[], publish: Publish, now: number) {
	const effective = changes.filter((change) => {
		const present = zone.rrsets.get(rrsetKey(change.subname, change.type));
		if (!present) return change.records.length > 0;
		return change.ttl !== present.ttl || !sameSet(change.records, present.records);
	});
	const time = stamp(now);
	for (const { subname, type, ttl, records } of changes) {
		const key = rrsetKey(subname, type);
		if (records.length === 0) zone.rrsets.delete(key);
		else {
			const created = zone.rrsets.get(key)?.created ?? time;
			zone.rrsets.set(key, { subname, type, ttl, records: [...records], created, touched: time });
		}
	}
	if (effective.length === 0) return;
	zone.touched = time;
	zone.unpublished.push(...effective);
	await publish(zone, zone.unpublished);
	zone.unpublished = [];
	zone.public = new Map(zone.rrsets);
	zone.published = time;
}

function sameSet(a: readonly string[], b: readonly string[]): boolean {
	return a.length === b.length && a.every((record) => b.includes(record));
}
