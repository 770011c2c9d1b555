import { isWithin } from "../../../shared/dns/wanted/mail-domain.ts";
import { isSpf, spfFaults, spf as wanted } from "../../../shared/dns/wanted/spf.ts";
import { check } from "../../../shared/doctor/check.ts";
import type { Answer } from "../../../shared/doctor/dns/answer.ts";
import type { Finding } from "../../../shared/doctor/finding.ts";
import { evaluateSpf, type SpfResult } from "../../../shared/doctor/spf.ts";
import { say } from "../../../shared/words/say.ts";
import type { DomainKnown, HomeEyes } from "../known.ts";
import { judgeFaults, judgeRecords, lineFor, type SeenRecords, seeRecords } from "../records.ts";

const source = "RFC 7208, 4";
const gravity = { prefix: "spf", missing: "risk", differs: "risk", source } as const;

/** More terms than this that find nothing are an error (RFC 7208, 4.6.4). */
const mostVoids = 2;

interface Seen {
	records: SeenRecords;
	there: Answer;
	/** What a receiver makes of it for each of the relay's addresses. */
	results: Array<SpfResult & { address: string }>;
}

/** Who may send for the domain: one record, which lists the relay and never the home, evaluated as receivers do. */
export const spf = check<DomainKnown, HomeEyes, Seen>({
	name: "spf",

	async look({ mail }, { dns }) {
		const { domain, relay, zone } = mail;
		const [records, there] = await Promise.all([seeRecords(wanted, mail, dns), dns.published(domain, "TXT")]);
		const lookUp = (name: string, type: string) =>
			isWithin(name, zone) ? dns.published(name, type) : dns.ask(name, type);
		const addresses = there.is === "there" && there.records.some(isSpf) ? (relay?.addresses ?? []) : [];
		const results = await Promise.all(
			addresses.map(async (address) => ({
				address,
				...(await evaluateSpf({ ip: address, domain, helo: relay!.name }, lookUp)),
			})),
		);
		return { records, there, results };
	},

	judge({ records, there, results }, known) {
		const { domain, homeAddresses } = known.mail;
		const about = { subject: `${domain} TXT`, source } as const;
		const standing =
			records.wishes.wanted.length > 0
				? judgeRecords(records, known, gravity)
				: [
						...judgeFaults(there, isSpf, (present) => spfFaults(present, homeAddresses), about),
						...judgeRecords(records, known, gravity),
					];
		const wish = records.wishes.wanted[0];
		const line = wish ? { line: lineFor(wish, known.managed, true) } : {};
		const told = new Set(standing.map(({ code }) => code));
		const evaluated = results.flatMap((one) => judgeResult(one, { ...about, turn: "home", ...line }));
		return [...standing, ...evaluated.filter(({ code }) => !told.has(code))];
	},
});

function judgeResult(
	{ address, result, because, lookups, voids }: Seen["results"][number],
	about: Pick<Finding, "subject" | "source" | "turn" | "line">,
): Finding[] {
	const wrong = (code: string, found: string, wanted: string): Finding[] => [
		{ ...about, code, severity: "risk", found, wanted },
	];
	if (result === "pass")
		return [
			{
				...{ code: "spf_passes", severity: "well", subject: `${about.subject} (${address})`, source },
				found: say`mail from ${address} passes; look-ups: ${lookups}`,
			},
		];
	if (result === "temperror")
		return [
			{
				...{ code: "spf_not_evaluated", severity: "not_known", subject: about.subject },
				found: say`what SPF says of ${address} could not be found out: ${because}`,
			},
		];
	if (/void/i.test(because) || voids > mostVoids)
		return wrong(
			"spf_too_many_voids",
			say`more than ${mostVoids} of its terms find nothing, which is an error for every receiver`,
			say`terms that find something; the others taken out`,
		);
	if (/too many/i.test(because))
		return wrong(
			"spf_too_many_lookups",
			say`it needs more than ${10} look-ups with all that it includes, which is an error for every receiver`,
			say`fewer terms with include, a, mx, ptr and exists`,
		);
	if (result === "permerror")
		return wrong(
			"spf_error",
			say`receivers cannot read it: ${because}`,
			say`a record that can be read; strings are joined without a blank`,
		);
	return wrong(
		"spf_lacks_relay",
		say`mail from ${address}, which the relay sends from, does not pass: ${result}`,
		say`the relay's address among those that may send`,
	);
}
