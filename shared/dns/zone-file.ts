import { nameOf, type RRset } from "./rrset.ts";

/**
 * A zone as a master file (RFC 1035, 5.1), as another provider reads it. What each provider makes by itself, the SOA,
 * the name servers at the apex and DNSSEC, is left out.
 */
export function zoneFile(zone: string, rrsets: readonly RRset[]): string {
	const own = ["SOA", "DNSKEY", "RRSIG", "NSEC", "NSEC3", "NSEC3PARAM", "CDS", "CDNSKEY"];
	const lines = rrsets
		.filter(({ subname, type }) => !own.includes(type) && !(subname === "" && type === "NS"))
		.flatMap(({ subname, type, ttl, records }) =>
			records.map((record) => `${nameOf(subname, zone)}. ${ttl} IN ${type} ${record}`),
		)
		.sort();
	return [`$ORIGIN ${zone}.`, ...lines, ""].join("\n");
}
