import { parseAddress } from "../../../shared/address.ts";
import { check } from "../../../shared/doctor/check.ts";
import { type Answer, recordsIn, troubleText } from "../../../shared/doctor/dns/answer.ts";
import type { Finding } from "../../../shared/doctor/finding.ts";
import { ownResolverLine } from "../../../shared/doctor/own-resolver.ts";
import { isDomain } from "../../../shared/domain-name.ts";
import { say } from "../../../shared/words/say.ts";
import type { RelayEyes, RelayKnown } from "../known.ts";
import { reversed } from "../reversed.ts";

/** Lists that most receivers ask, and an entry that is always on each (RFC 5782, 5). */
const lists = [
	{ zone: "zen.spamhaus.org", of: "address", proof: "2.0.0.127" },
	{ zone: "dbl.spamhaus.org", of: "name", proof: "dbltest.com" },
] as const;

/** Addresses, and domains, that are asked about: whoever asks too much gets no answers. */
const mostEntries = 4;

const source = "https://www.spamhaus.org/faqs/dnsbl-usage/";

interface Seen {
	zone: string;
	/** What the entry says that is always there: without it silence means nothing. */
	proof: Answer;
	entries: Array<{ of: string; answer: Answer }>;
}

/** Neither the relay's addresses nor its name are on the lists that most receivers ask. */
export const onLists = check<RelayKnown, RelayEyes, Seen[]>({
	name: "lists",

	look: ({ name, addresses }, { dns }) =>
		Promise.all(
			lists.map(async ({ zone, of, proof }) => {
				const all = of === "address" ? addresses : isDomain(name) ? [name] : [];
				const entries = all.slice(0, mostEntries).map(async (one) => {
					const entry = of === "address" ? reversed(parseAddress(one)) : one;
					return { of: one, answer: await dns.ask(`${entry}.${zone}`, "A") };
				});
				return { zone, proof: await dns.ask(`${proof}.${zone}`, "A"), entries: await Promise.all(entries) };
			}),
		),

	judge: (seen) => seen.flatMap(judgeList),
});

function judgeList({ zone, proof, entries }: Seen): Finding[] {
	const refusal = [proof, ...entries.map(({ answer }) => answer)].flatMap(recordsIn).find(isRefusal);
	const unknown = (found: string): Finding[] => [
		{
			...{ code: "lists_not_known", severity: "not_known", subject: zone, found, source },
			wanted: say`a resolver of this machine's own, such as unbound`,
			line: ownResolverLine,
		},
	];
	if (refusal)
		return unknown(say`${zone} does not answer this resolver (${refusal}): ${reasons[refusal] ?? ""}`);
	if (proof.is === "unknown") return unknown(troubleText(proof.trouble));
	if (!recordsIn(proof).some(isListing)) return unknown(say`${zone} does not list what it always lists`);
	return entries.map(({ of, answer }): Finding => {
		if (answer.is === "unknown")
			return {
				...{ code: "lists_not_known", severity: "not_known", subject: of },
				found: troubleText(answer.trouble),
			};
		const codes = recordsIn(answer).filter(isListing);
		if (codes.length === 0)
			return { code: "lists_well", severity: "well", subject: of, found: say`it is not on ${zone}` };
		return {
			...{ code: "lists_has_it", severity: "risk", subject: of, turn: "relay", source },
			found: say`${of} is on ${zone} (${codes.join(", ")}), and most receivers refuse its mail`,
			wanted: say`the cause put right, and then its entry taken out`,
			line: `https://check.spamhaus.org/results/?query=${encodeURIComponent(of)}`,
		};
	});
}

const isRefusal = (record: string): boolean => record.startsWith("127.255.255.");
const isListing = (record: string): boolean => record.startsWith("127.0.");

const reasons: Record<string, string> = {
	"127.255.255.252": say`the question was misspelt`,
	"127.255.255.254": say`it is a public resolver`,
	"127.255.255.255": say`it asks too much`,
};
