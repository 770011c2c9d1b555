import { check } from "../../../shared/doctor/check.ts";
import { type Answer, recordsIn, troubleText } from "../../../shared/doctor/dns/answer.ts";
import type { Finding } from "../../../shared/doctor/finding.ts";
import { type Shown, type TlsTrouble, tlsTroubleText } from "../../../shared/doctor/tls.ts";
import { matchesTlsa, readTlsa, type Tlsa, tlsaFor } from "../../../shared/doctor/tlsa.ts";
import { say } from "../../../shared/words/say.ts";
import type { DomainKnown, HomeEyes } from "../known.ts";
import { deleteLine } from "../lines.ts";

const source = "RFC 7672, 3.1; RFC 7671, 5";

/** The ports at which people set TLSA for their home, although only senders look, and only at the MX. */
const homePorts = [25, 465, 587, 993];

interface Seen {
	relay: { place: string; answer: Answer; live: Shown | TlsTrouble | undefined } | undefined;
	atHome: Array<{ place: string; answer: Answer }>;
}

/** TLSA where senders look, held against the key that the relay shows; and where nobody looks. */
export const tlsa = check<DomainKnown, HomeEyes, Seen>({
	name: "tlsa",

	async look({ mail, home }, { dns, tls }) {
		const relay = mail.relay?.name;
		const others = [...new Set([mail.domain, ...home.names])].filter((name) => name !== relay);
		const [ofRelay, ...atHome] = await Promise.all([
			relay ? dns.published(`_25._tcp.${relay}`, "TLSA") : undefined,
			...others.flatMap((name) =>
				homePorts.map(async (port) => {
					const place = `_${port}._tcp.${name}`;
					return { place, answer: await dns.published(place, "TLSA") };
				}),
			),
		]);
		const live =
			ofRelay && recordsIn(ofRelay).length > 0
				? // The same Postfix answers in the tunnel, where no provider blocks port 25.
					await tls({ host: home.relay[0] ?? relay!, port: 25, name: relay!, begins: "smtp" })
				: undefined;
		return {
			relay: ofRelay && { place: `_25._tcp.${relay}`, answer: ofRelay, live },
			atHome: atHome.filter((one) => one !== undefined),
		};
	},

	judge({ relay, atHome }, known) {
		return [
			...(relay ? judgeRelay(relay) : []),
			...atHome.flatMap(({ place, answer }) => judgeHome(place, answer, known)),
		];
	},
});

function judgeRelay({ place, answer, live }: NonNullable<Seen["relay"]>): Finding[] {
	const subject = `${place} TLSA`;
	if (answer.is === "unknown")
		return [{ code: "tlsa_not_known", severity: "not_known", subject, found: troubleText(answer.trouble) }];
	const records = recordsIn(answer);
	if (records.length === 0)
		return [
			{
				code: "tlsa_not_set_up",
				severity: "well",
				subject,
				found: say`no TLSA is set up, and none is needed`,
			},
		];
	if (!live || "is" in live) {
		const found = live ? tlsTroubleText(live) : say`the relay's key was not seen`;
		return [{ code: "tlsa_key_not_seen", severity: "not_known", subject, found }];
	}
	const about = { subject, turn: "relay", source, line: `${place}. IN TLSA ${tlsaFor(live)}` } as const;
	const read = records.flatMap((record) => readTlsa(record) ?? []);
	// Others do not count for SMTP (RFC 7672, 3.1.3).
	const usable = read.filter(({ usage }) => usage === 2 || usage === 3);
	if (usable.length === 0)
		return [
			{
				...{ ...about, code: "tlsa_useless", severity: "todo" },
				found: say`none of the records is of usage 2 or 3, and senders pass over the others`,
				wanted: say`3 1 1 with the hash of the relay's key`,
			},
		];
	if (!usable.some((one) => matchesTlsa(one, live)))
		return [
			{
				...{ ...about, code: "tlsa_other_key", severity: "risk" },
				found: say`the relay shows another key than the records say, so whoever checks does not deliver`,
				wanted: say`the hash of the key in use, and a new one beside it before the key changes`,
			},
		];
	return [
		{ code: "tlsa_well", severity: "well", subject, found: records.join(", "), source },
		...usable.flatMap((one) => brittle(one, about)),
	];
}

/** What matches today, and will not after the next renewal. */
function brittle(
	{ usage, selector }: Tlsa,
	about: Pick<Finding, "subject" | "turn" | "source" | "line">,
): Finding[] {
	const wanted = say`3 1 1 with the hash of the relay's key, which is kept over renewals`;
	if (usage === 2)
		return [
			{
				...{ ...about, code: "tlsa_of_authority", severity: "todo", wanted },
				found: say`a record names the certificate authority, and breaks when that changes its intermediate`,
			},
		];
	if (selector === 0)
		return [
			{
				...{ ...about, code: "tlsa_of_certificate", severity: "todo", wanted },
				found: say`a record names the whole certificate, and breaks at each renewal`,
			},
		];
	return [];
}

function judgeHome(place: string, answer: Answer, known: DomainKnown): Finding[] {
	if (recordsIn(answer).length === 0) return [];
	return [
		{
			...{ code: "tlsa_of_home", severity: "todo", subject: `${place} TLSA`, turn: "home", source },
			found: say`it is there, and nobody looks at it: mail goes to the relay, and mail programs do not ask for TLSA`,
			wanted: say`no TLSA at names of the home; it would only be wrong after the next change of the key`,
			line: deleteLine(known, place, "TLSA"),
		},
	];
}
