import { isIP } from "node:net";
import { absolute, type MailDomain } from "./mail-domain.ts";
import { type Fault, type Wishes, wholeSet } from "./wish.ts";

/** Who takes mail for the domain: the relay, by its own name, and nobody else (RFC 5321, 5.1). Pure. */
export function mx({ domain, relay }: MailDomain): Wishes {
	const place = { kind: "MX", name: domain, type: "MX" };
	if (!relay) {
		const why = "the relay has not said its name yet";
		const remedy = 'look at "heimweg status" whether the tunnel is up; an older relay does not say it';
		return { wanted: [], leftOut: [{ ...place, why, remedy, unknown: true }] };
	}
	return {
		wanted: [
			{
				...place,
				records: [`10 ${absolute(relay.name)}`],
				why: "mail for the domain goes to the relay",
				word: `the relay, which greets as ${relay.name}`,
				claims: wholeSet,
				faults: (present) => present.flatMap((record) => mxFaults(record)),
			},
		],
		leftOut: [],
	};
}

/** deSEC takes an address as a name without a word (measured). */
/** What is wrong with an MX record by itself. */
export function mxFaults(record: string): Fault[] {
	const [preference = "", target = ""] = record.split(/\s+/);
	if (!/^\d+$/.test(preference) || !target)
		return [{ code: "mx_unreadable", so: `"${record}" is no MX record` }];
	const host = target.replace(/\.$/, "");
	if (!isIP(host)) return [];
	return [
		{
			code: "mx_names_address",
			so: `"${record}" names an address, and an MX has to name a host (RFC 5321, 5.1)`,
		},
	];
}
