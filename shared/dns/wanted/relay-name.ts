import { canonicalRecord } from "../rrset.ts";
import { textOf, textRecord } from "../text.ts";
import { isWithin, type MailDomain, type RelayTruth } from "./mail-domain.ts";
import { isSpf, spfFaults } from "./spf.ts";
import { nothing, type Omission, type Wish, type Wishes, wholeSet } from "./wish.ts";

/**
 * The relay's own name: its addresses, and that it sends by itself alone, since a bounce has no other domain (RFC 7208,
 * 2.4). Where its zone is not this one, the lines are for the relay's owner to set. Pure.
 */
export function relayName({
	relay,
	zone,
	clientNames,
}: Pick<MailDomain, "relay" | "zone" | "clientNames">): Wishes {
	if (!relay || clientNames.includes(relay.name)) return nothing;
	const wanted = relayRecords(relay);
	if (isWithin(relay.name, zone)) return { wanted, leftOut: [] };
	const leftOut: Omission = {
		...{ kind: "relay", name: relay.name, why: `the zone of ${relay.name} is not this one` },
		remedy: `for the relay's owner, if they are not there: ${zoneLines(wanted).join("; ")}`,
	};
	return { wanted: [], leftOut: [leftOut] };
}

/** Wishes as lines of a zone file. */
export function zoneLines(wanted: readonly Wish[]): string[] {
	return wanted.flatMap(({ name, type, records }) => records.map((one) => `${name}. IN ${type} ${one}`));
}

/** What the relay's own name should have. */
export function relayRecords(relay: RelayTruth): Wish[] {
	const { name } = relay;
	const word = "the relay";
	const families = [
		["A", relay.addresses.filter((address) => !address.includes(":"))],
		["AAAA", relay.addresses.filter((address) => address.includes(":"))],
	] as const;
	return [
		...families.flatMap(([type, records]): Wish[] =>
			records.length > 0
				? [
						{
							kind: type,
							name,
							type,
							records,
							word,
							why: "the MX's name leads to the relay",
							claims: wholeSet,
							// A relay may have addresses besides, for its homes or for nobody: what leads to it is right.
							accepts: (present) => present.length > 0 && present.every((one) => isOneOf(one, records)),
						},
					]
				: [],
		),
		{
			...{ kind: "SPF", name, type: "TXT", records: [textRecord("v=spf1 a -all")], word, claims: isSpf },
			why: "bounces come from the relay's own name",
			accepts: (present) => present.length === 1 && holdsItself(textOf(present[0]!) ?? ""),
			faults: (present) => spfFaults(present),
			yields: true,
		},
	];
}

function isOneOf(record: string, addresses: readonly string[]): boolean {
	const type = record.includes(":") ? "AAAA" : "A";
	return addresses.some((one) => canonicalRecord(type, one) === canonicalRecord(type, record));
}

/** Its own address may send, and not everybody. */
function holdsItself(text: string): boolean {
	return /^v=spf1 (?:.* )?\+?(?:a|ip4:\S+)(?: .*)? [~-]all$/i.test(text);
}
