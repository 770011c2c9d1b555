import { nameOf, type RRset, type RRsetChange } from "../../rrset.ts";
import type { WantedRRset } from "../../wanted/address.ts";
import { ownTtl } from "./difference.ts";

/**
 * The change that has deSEC publish a zone whose last one it committed without publishing: a PATCH of identical records
 * publishes nothing, one of another TTL does. Resolvers may keep that TTL, so an RRset that the world sees as it should
 * be is taken where there is one; the next round gives it its own TTL again, through dynDNS. Pure.
 */
export function ttlChange(
	zone: string,
	present: readonly RRset[],
	wanted: readonly WantedRRset[],
	unseen: readonly WantedRRset[],
	minimumTtl: number,
): RRsetChange | undefined {
	const isAmong = (these: readonly WantedRRset[], rrset: RRset) =>
		these.some((one) => one.name === nameOf(rrset.subname, zone) && one.type === rrset.type);
	// Only what is wanted gets its TTL back.
	const ours = present.filter((rrset) => rrset.ttl === ownTtl && isAmong(wanted, rrset));
	const chosen = ours.find((rrset) => !isAmong(unseen, rrset)) ?? ours[0];
	if (!chosen) return undefined;
	return { subname: chosen.subname, type: chosen.type, ttl: Math.max(minimumTtl, ownTtl + 1) };
}
