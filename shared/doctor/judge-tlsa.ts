import { say } from "../words/say.ts";
import { type Answer, recordsIn, troubleText } from "./dns/answer.ts";
import type { Finding } from "./finding.ts";
import { type Shown, type TlsTrouble, tlsTroubleText } from "./tls.ts";
import { matchesTlsa, readTlsa, type Tlsa, tlsaFor } from "./tlsa.ts";

const source = "RFC 7672, 3.1; RFC 7671, 5";

/** The records, and what the mail server showed; undefined: it was not looked at. */
export interface SeenTlsa {
	place: string;
	answer: Answer;
	live: Pick<Shown, "chain"> | TlsTrouble | undefined;
}

/** What TLSA records say of the key that the relay shows (RFC 7672); the same from wherever it is seen. Pure. */
export function judgeTlsa({ place, answer, live }: SeenTlsa): Finding[] {
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
