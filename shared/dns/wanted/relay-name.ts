import { textOf, textRecord } from "../text.ts";
import { isWithin, type MailDomain } from "./mail-domain.ts";
import { isSpf, spfFaults } from "./spf.ts";
import { nothing, type Omission, type Wish, type Wishes, wholeSet } from "./wish.ts";

/**
 * The relay's own name: its addresses, and that it sends by itself alone, since a bounce has no other domain (RFC 7208,
 * 2.4). Where its zone is not this one, the lines are for the relay's owner to set. Pure.
 */
export function relayName({ relay, zone, clientNames }: MailDomain): Wishes {
	if (!relay || clientNames.includes(relay.name)) return nothing;
	const { name } = relay;
	const word = "the relay";
	const families = [
		["A", relay.addresses.filter((address) => !address.includes(":"))],
		["AAAA", relay.addresses.filter((address) => address.includes(":"))],
	] as const;
	const wanted: Wish[] = [
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
	if (isWithin(name, zone)) return { wanted, leftOut: [] };
	const lines = wanted.flatMap(({ type, records }) => records.map((one) => `${name}. IN ${type} ${one}`));
	const leftOut: Omission = {
		...{ kind: "relay", name, why: `the zone of ${name} is not this one` },
		remedy: `for the relay's owner, if they are not there: ${lines.join("; ")}`,
	};
	return { wanted: [], leftOut: [leftOut] };
}

/** Its own address may send, and not everybody. */
function holdsItself(text: string): boolean {
	return /^v=spf1 (?:.* )?\+?(?:a|ip4:\S+)(?: .*)? [~-]all$/i.test(text);
}
