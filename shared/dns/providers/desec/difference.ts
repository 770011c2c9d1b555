import { type RRset, type RRsetChange, sameRecords, subnameOf } from "../../rrset.ts";
import type { WantedRRset } from "../../wanted/address.ts";

/** TTL of what we own, in seconds: what deSEC's dynDNS writes, and short enough for an address that moves. */
export const ownTtl = 60;

/** What has to be done in one zone. */
export interface Difference {
	/** Changes for one PATCH; they keep the TTL that is there. */
	changes: RRsetChange[];
	/** Names whose A or AAAA must be created, or adopted because their TTL is another, through dynDNS. */
	adopt: Array<{ name: string; types: string[] }>;
}

/** Compares what is wanted in a zone with what deSEC has. Pure. */
export function difference(
	zone: string,
	wanted: readonly WantedRRset[],
	present: readonly RRset[],
): Difference {
	const changes: RRsetChange[] = [];
	const adopt = new Map<string, string[]>();
	for (const { name, type, records } of wanted) {
		const subname = subnameOf(name, zone);
		const found = present.find((rrset) => rrset.subname === subname && rrset.type === type);
		if (records.length === 0) {
			if (found) changes.push({ subname, type, records: [] });
		} else if (!found || found.ttl !== ownTtl) {
			adopt.set(name, [...(adopt.get(name) ?? []), type]);
		} else if (!sameRecords(type, found.records, records)) {
			changes.push({ subname, type, records });
		}
	}
	return { changes, adopt: [...adopt].map(([name, types]) => ({ name, types })) };
}

/** Names that one dynDNS request can change together: those that need the same families. */
export function adoptionGroups(adopt: Difference["adopt"]): Array<{ names: string[]; types: string[] }> {
	const groups = new Map<string, { names: string[]; types: string[] }>();
	for (const { name, types } of adopt) {
		const key = [...types].sort().join();
		const group = groups.get(key) ?? { names: [], types };
		group.names.push(name);
		groups.set(key, group);
	}
	return [...groups.values()];
}
