import { check } from "../../../shared/doctor/check.ts";
import { type Answer, troubleText } from "../../../shared/doctor/dns/answer.ts";
import type { Finding } from "../../../shared/doctor/finding.ts";
import { type Certificate, tlsaData } from "../../../shared/doctor/smtp/certificate.ts";
import type { SmtpSeen } from "../../../shared/doctor/smtp/look.ts";
import { isDomain } from "../../../shared/domain-name.ts";
import { say } from "../../../shared/words/say.ts";
import { ownPort, type RelayEyes, type RelayKnown } from "../known.ts";

interface Seen {
	answer: Answer;
	shown: SmtpSeen | undefined;
}

/** What senders that validate are told of the relay's key is true of the key that it shows. */
export const tlsa = check<RelayKnown, RelayEyes, Seen>({
	name: "tlsa",
	patience: "long",

	async look(known, eyes) {
		const [first] = known.addresses;
		const [answer, shown] = await Promise.all([
			eyes.dns.published(placeOf(known.name), "TLSA"),
			first && ownPort(eyes, known, first),
		]);
		return { answer, shown };
	},

	judge({ answer, shown }, { name }) {
		if (!isDomain(name)) return [];
		const subject = `${placeOf(name)} TLSA`;
		if (answer.is === "unknown")
			return [{ code: "tlsa_not_known", severity: "not_known", subject, found: troubleText(answer.trouble) }];
		if (answer.is === "nothing") {
			const found = say`there is none: senders encrypt, and nobody can tell them whom to expect`;
			return [{ code: "tlsa_not_set_up", severity: "well", subject, found }];
		}
		if (shown?.is !== "greets" || typeof shown.tls === "string") {
			const found = say`what key port 25 shows is not known`;
			return [{ code: "tlsa_not_known", severity: "not_known", subject, found }];
		}
		return judgeRecords(answer.records, shown.tls, name, subject);
	},
});

function judgeRecords(
	records: readonly string[],
	{ chain }: Certificate,
	name: string,
	subject: string,
): Finding[] {
	const right = `3 1 1 ${tlsaData(chain[0]!, 1, 1)}`;
	const wrong = {
		subject,
		wanted: right,
		turn: "relay",
		line: `${placeOf(name)}. IN TLSA ${right}`,
	} as const;
	const read = records.map((record) => {
		const [usage, selector, matching, data] = record.split(" ");
		return { usage: Number(usage), selector: Number(selector), matching: Number(matching), data };
	});
	// Senders use 2 (an authority of the chain) and 3 (the key itself) alone (RFC 7672, 3.1.3).
	const usable = read.filter(({ usage }) => usage === 2 || usage === 3);
	if (usable.length === 0)
		return [
			{
				...{ ...wrong, code: "tlsa_useless", severity: "todo", source: "RFC 7672, 3.1.3" },
				found: say`senders pass over ${records.join(", ")}`,
			},
		];
	const matching = usable.filter(({ usage, selector, matching: kind, data }) =>
		(usage === 3 ? chain.slice(0, 1) : chain.slice(1)).some(
			(der) => tlsaData(der, selector, kind) === data?.toLowerCase(),
		),
	);
	if (matching.length === 0)
		return [
			{
				...{ ...wrong, code: "tlsa_other_key", severity: "risk", source: "RFC 7672, 2.2" },
				found: say`none of the records is of the key that port 25 shows: senders that validate do not deliver`,
			},
		];
	if (matching.every(({ usage }) => usage === 2))
		return [
			{
				...{ ...wrong, code: "tlsa_of_authority", severity: "todo", source: "RFC 7671, 5.2" },
				found: say`it names an authority's key, and breaks when the authority takes another`,
			},
		];
	return [{ code: "tlsa_well", severity: "well", subject, found: records.join(", ") }];
}

const placeOf = (name: string): string => `_25._tcp.${name}`;
