import { type RRset, type RRsetChange, sameRecords } from "../../rrset.ts";
import type { WantedRRset } from "../../wanted/address.ts";
import type { Difference } from "./difference.ts";

/** Milliseconds until deSEC takes another request of each kind; 0: now. */
export interface Waits {
	write: number;
	dyndns: number;
}

/** Which change goes which way now, and what must wait. */
export interface Roads {
	patch: RRsetChange[];
	adopt: Difference["adopt"];
	/** The kinds of request that something still waits for. */
	waiting: Array<keyof Waits>;
}

/**
 * Sends each change by a road that is open. REST and dynDNS have budgets of their own: an address that REST cannot take
 * now goes through dynDNS, which writes addresses, too, and one whose TTL only dynDNS can set has at least its address
 * set by REST. So a wait for the one never holds up the other. Pure.
 */
export function roads(
	zone: string,
	{ changes, adopt }: Difference,
	wanted: readonly WantedRRset[],
	present: readonly RRset[],
	waits: Waits,
): Roads {
	const nameOf = (subname: string) => (subname === "" ? zone : `${subname}.${zone}`);
	if (waits.write > 0 && waits.dyndns > 0) {
		const kinds = [
			...(changes.length > 0 ? ["write" as const] : []),
			...(adopt.length > 0 ? ["dyndns" as const] : []),
		];
		return { patch: [], adopt: [], waiting: kinds };
	}
	if (waits.write > 0 && changes.length > 0) {
		const moved = new Map(adopt.map(({ name, types }) => [name, [...types]]));
		for (const { subname, type } of changes) {
			const name = nameOf(subname);
			moved.set(name, [...(moved.get(name) ?? []), type]);
		}
		return { patch: [], adopt: [...moved].map(([name, types]) => ({ name, types })), waiting: [] };
	}
	if (waits.dyndns > 0 && adopt.length > 0) {
		const besides: RRsetChange[] = [];
		for (const { name, types } of adopt) {
			for (const type of types) {
				const found = present.find((rrset) => nameOf(rrset.subname) === name && rrset.type === type);
				const want = wanted.find((one) => one.name === name && one.type === type);
				if (found && want && !sameRecords(type, found.records, want.records))
					besides.push({ subname: found.subname, type, records: want.records });
			}
		}
		return { patch: [...changes, ...besides], adopt: [], waiting: ["dyndns"] };
	}
	return { patch: changes, adopt, waiting: [] };
}
