import { check } from "../../../shared/doctor/check.ts";
import { type Answer, recordsIn } from "../../../shared/doctor/dns/answer.ts";
import { type Validation, validate } from "../../../shared/doctor/dns/delv.ts";
import { dsFor, isDsOf } from "../../../shared/doctor/dns/ds.ts";
import type { Finding } from "../../../shared/doctor/finding.ts";
import { ownResolverLine } from "../../../shared/doctor/own-resolver.ts";
import { say } from "../../../shared/words/say.ts";
import type { DomainKnown, HomeEyes } from "../known.ts";

const source = "RFC 4035; RFC 9364";

interface Seen {
	zone: string;
	/** The zone's keys, at its own servers; and what the parent says of them. */
	keys: Answer;
	ds: Answer;
	/** Whether this machine's resolver hands signatures on that the zone's servers give. */
	signatures: { own: boolean; resolver: boolean } | undefined;
	validation: Validation | undefined;
	/** The resolver here validates by itself, and refuses the zone. */
	refused: boolean;
}

/** DNSSEC from the root down: what the parent vouches for, what the zone signs with, and whether that reaches us. */
export const dnssec = check<DomainKnown, HomeEyes, Seen | undefined>({
	name: "dnssec",

	async look({ mail }, { dns, run }) {
		const found = await dns.zoneOf(mail.domain);
		if ("is" in found) return undefined;
		const { zone, servers } = found;
		const [resolver] = dns.resolvers;
		const question = { name: zone, type: "SOA", dnssec: true };
		const own = servers.flatMap(({ places: [place] }) => place ?? [])[0];
		const [keys, ds, byOwn, byResolver, validation, refused] = await Promise.all([
			dns.published(zone, "DNSKEY"),
			dns.ask(zone, "DS"),
			own && dns.at(own, { ...question, recursive: false }),
			resolver && dns.at(resolver, { ...question, recursive: true }),
			resolver && validate(run, { name: zone, type: "SOA", resolver }),
			dns.distrusts(zone, "SOA"),
		]);
		const signed = (said: typeof byOwn) =>
			said !== undefined && !("is" in said) && said.answers.some(({ type }) => type === "RRSIG");
		const known = byOwn && byResolver && !("is" in byOwn) && !("is" in byResolver);
		const signatures = known ? { own: signed(byOwn), resolver: signed(byResolver) } : undefined;
		return { zone, keys, ds, signatures, validation, refused };
	},

	judge(seen, { mail }) {
		if (!seen) return [];
		const { zone, keys, ds, signatures, validation, refused } = seen;
		const ours = dsFor(zone, recordsIn(keys));
		const about = { subject: zone, source } as const;
		const chain = judgeChain(seen, ours);
		if (chain.length > 0) return chain;
		if (refused) return broken(about, say`the resolver here, which validates, does not believe the zone`);
		if (ours.length === 0)
			return [
				{
					...{ ...about, code: "dnssec_off", severity: "todo", turn: "dns" },
					found: say`the zone is not signed, so its records can be forged, and TLSA counts for nothing`,
					wanted: say`a host that signs zones; deSEC signs every one`,
					line: `dig ${mail.domain} DNSKEY`,
				},
			];
		if (signatures?.own && !signatures.resolver)
			return [
				{
					...{ ...about, code: "dnssec_stripped_here", severity: "todo", turn: "home" },
					found: say`the zone is signed, and the resolver of this machine leaves the signatures out`,
					wanted: say`a resolver that hands them on, as one of your own`,
					line: ownResolverLine,
				},
			];
		if (ds.is === "unknown")
			return [notKnown(about.subject, say`what the zone above says could not be asked`)];
		return judgeValidation(validation, about);
	},
});

/** What the parent vouches for against what the zone has. */
function judgeChain({ zone, keys, ds }: Seen, ours: readonly string[]): Finding[] {
	const about = { subject: `${zone} DS`, turn: "registrar", source } as const;
	const line = ours.map((one) => `${zone}. IN DS ${one}`).join("\n");
	const vouched = recordsIn(ds);
	if (ours.length > 0 && ds.is === "nothing")
		return [
			{
				...{ ...about, code: "dnssec_ds_missing", severity: "todo", line },
				found: say`the zone is signed, and the zone above does not vouch for it`,
				wanted: say`this DS record at the registrar`,
			},
		];
	if (vouched.length === 0 || vouched.some((one) => isDsOf(one, ours))) return [];
	if (ours.length === 0 && keys.is !== "nothing") return [];
	return [
		{
			...{ ...about, code: "dnssec_ds_wrong", severity: "risk" },
			found: say`the zone above vouches for another key (${vouched.join("; ")}), so whoever validates finds nothing of the domain`,
			wanted:
				ours.length > 0
					? say`this DS record at the registrar`
					: say`no DS record, as long as the zone is not signed`,
			line: line || `delete ${zone}. IN DS`,
		},
	];
}

function judgeValidation(
	validation: Validation | undefined,
	about: { subject: string; source: string },
): Finding[] {
	switch (validation?.is) {
		case "validated":
			return [{ ...about, code: "dnssec_well", severity: "well", found: say`validated from the root down` }];
		case "broken":
			return broken(about, say`it does not validate: ${validation.said}`);
		case "unsigned":
			return [notKnown(about.subject, say`the answer came without signatures, and nothing says why`)];
		case "no_program":
			return [
				{
					...notKnown(about.subject, say`whether it validates was not looked at: delv is not installed`),
					...{ turn: "home", line: "apt install bind9-dnsutils" },
				},
			];
		default:
			return [notKnown(about.subject, say`delv could not find out: ${validation?.said ?? ""}`)];
	}
}

const broken = (about: { subject: string; source: string }, found: string): Finding[] => [
	{
		...{ ...about, code: "dnssec_broken", severity: "risk", turn: "dns", found },
		wanted: say`signatures that hold, so that whoever validates finds the domain`,
		line: `delv ${about.subject} SOA`,
	},
];

const notKnown = (subject: string, found: string): Finding => ({
	...{ code: "dnssec_not_known", severity: "not_known", subject, found },
});
