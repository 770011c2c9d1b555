import { check } from "../../../shared/doctor/check.ts";
import { type Answer, recordsIn } from "../../../shared/doctor/dns/answer.ts";
import type { Finding } from "../../../shared/doctor/finding.ts";
import { judgeTlsa } from "../../../shared/doctor/judge-tlsa.ts";
import type { Shown, TlsTrouble } from "../../../shared/doctor/tls.ts";
import { say } from "../../../shared/words/say.ts";
import type { DomainKnown, HomeEyes } from "../known.ts";
import { deleteLine } from "../lines.ts";

const source = "RFC 7672, 3.1";

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
			...(relay ? judgeTlsa(relay) : []),
			...atHome.flatMap(({ place, answer }) => judgeHome(place, answer, known)),
		];
	},
});

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
