import { type RRset, subnameOf } from "../../rrset.ts";
import type { DesecApi } from "./api.ts";

/** What is looked at in the names of ours. */
const ownTypes = ["A", "AAAA", "CNAME"];

/** Up to so many names are asked for one by one; more of them by type, which reads those of others, too. */
const fewNames = 10;

/** Reads the RRsets of our names alone, so that the size of the zone does not matter. */
export async function readOwn(
	api: Pick<DesecApi, "rrsets">,
	zone: string,
	names: readonly string[],
	signal: AbortSignal,
): Promise<RRset[]> {
	const subnames = new Set(names.map((name) => subnameOf(name, zone)));
	const filters =
		subnames.size <= fewNames
			? [...subnames].map((subname) => ({ subname }))
			: ownTypes.map((type) => ({ type }));
	const found: RRset[] = [];
	for (const filter of filters) found.push(...(await api.rrsets(zone, filter, signal)));
	return found.filter((rrset) => subnames.has(rrset.subname) && ownTypes.includes(rrset.type));
}
