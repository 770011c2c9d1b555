import type { Signature } from "../../../shared/doctor/dkim.ts";
import type { Finding } from "../../../shared/doctor/finding.ts";
import { say } from "../../../shared/words/say.ts";
import { judgeArrival } from "./judge-arrival.ts";
import type { Seen } from "./send.ts";

/** What is judged: what became of the mail, and what its signatures are worth. */
export interface Judged {
	to: string;
	/** The relay's name, by which its filters sign their results. */
	relay: string;
	seen: Seen;
	/** Of the mail as it left this home, and as it came back. */
	signatures: { own: Signature[]; returned: Signature[] };
}

/** Says of each step of the mail how it went. Pure. */
export function judgeMail(judged: Judged): Finding[] {
	const { seen } = judged;
	return [
		...(seen.own === undefined ? [] : judgeSignature(judged)),
		...(seen.returned === undefined ? [] : judgeReturn(judged, seen.returned)),
		...(seen.stopped ? [judgeStop(judged, seen.stopped)] : []),
	];
}

function judgeStop({ to, seen }: Judged, { at, why }: NonNullable<Seen["stopped"]>): Finding {
	const about = { subject: to, source: "RFC 5321, 4.2" } as const;
	const unseen = why === "" && !seen.journeys.some(({ status }) => status !== undefined);
	const log = "journalctl --facility=mail -n 50";
	switch (at) {
		case "handing_in":
			return {
				...{ ...about, code: "mail_not_handed_in", severity: "risk", turn: "home" },
				found: say`Postfix here did not take it: ${why}`,
				wanted: say`Postfix runs, and takes mail of this machine's programs`,
				line: "systemctl restart postfix",
			};
		case "own_delivery":
			if (unseen) {
				const found = say`what became of it does not stand in Postfix's log, or may not be read`;
				const wanted = say`this is run by root, or by a member of the group adm`;
				return { code: "mail_not_seen", severity: "not_known", subject: to, found, wanted };
			}
			return {
				...{ ...about, code: "mail_not_delivered", severity: "risk", turn: "home", line: log },
				found: say`Postfix here did not bring it into the mailbox: ${why}`,
				wanted: say`it lies in the mailbox`,
			};
		case "mailbox":
			return {
				...{ code: "mail_not_read", severity: "not_known", subject: to },
				found: say`it was delivered, and Dovecot does not show it: ${why || "-"}`,
				wanted: say`this is run by root, where Dovecot is`,
			};
		case "relay":
			return {
				...{ ...about, code: "mail_not_taken_by_relay", severity: "risk", turn: "relay" },
				found: say`the relay did not take it as mail that leaves: ${why}`,
				wanted: say`the relay takes mail of this home for everybody`,
				line: "heimweg-relay postfix --apply",
			};
		case "return":
			return {
				...{ ...about, code: "mail_not_brought_back", severity: "risk", turn: "relay", line: "mailq" },
				found: say`the relay took it, and did not bring it back in time: ${why || "-"}`,
				wanted: say`the relay brings mail for this home into its mailbox`,
			};
	}
}

const ours = (to: string) => {
	const domain = to.slice(to.lastIndexOf("@") + 1);
	return (one: Signature) => domain === one.domain || domain.endsWith(`.${one.domain}`);
};

/** The mail as it left: signed, by a key that is published. */
function judgeSignature({ to, signatures: { own } }: Judged): Finding[] {
	const source = "RFC 6376, 3.6 and 6";
	const signed = own.filter(ours(to));
	const wrong = { subject: to, turn: "home", source } as const;
	if (signed.length === 0)
		return [
			{
				...{ ...wrong, code: "mail_not_signed", severity: "todo", line: "heimweg dkim" },
				found: say`it left without a DKIM signature of its own domain`,
				wanted: say`a milter signs what leaves, also what programs here send (non_smtpd_milters)`,
			},
		];
	return signed.map(({ domain, selector, result, because }): Finding => {
		const name = `${selector}._domainkey.${domain}`;
		if (result === "pass")
			return {
				...{ code: "mail_signed", severity: "well", subject: name, source },
				found: say`the signature is right, by the key that is published`,
			};
		if (result === "temperror")
			return { code: "mail_signature_not_known", severity: "not_known", subject: name, found: because };
		return {
			...{ ...wrong, subject: name, code: "mail_signature_wrong", severity: "risk" },
			found: say`the signature is wrong (${result}): ${because}`,
			wanted: say`the published key is the one that signs`,
			line: `heimweg dns apply --take ${name} TXT`,
		};
	});
}

/** The mail as it came back through the relay. */
function judgeReturn({ to, relay, seen, signatures }: Judged, text: string): Finding[] {
	const findings: Finding[] = [];
	const held = signatures.own.filter((one) => ours(to)(one) && one.result === "pass");
	const same = (one: Signature) => (other: Signature) =>
		other.domain === one.domain && other.selector === one.selector;
	for (const one of held) {
		if (signatures.returned.some((other) => same(one)(other) && other.result === "pass")) continue;
		findings.push({
			...{ code: "mail_signature_broken", severity: "risk", turn: "relay", source: "RFC 6376, 5.3" },
			subject: `${one.selector}._domainkey.${one.domain}`,
			found: say`the signature was right when it left, and is wrong after the relay: something there changes mail`,
			wanted: say`the relay changes nothing of what is signed`,
			line: 'postconf -e "disable_mime_output_conversion = yes" && postfix reload',
		});
	}
	if (signatures.returned.length > signatures.own.length)
		findings.push({
			...{ code: "mail_signed_twice", severity: "todo", subject: to, turn: "relay", source: "RFC 6376, 5.1" },
			found: say`the relay signs it again: it shows a key for mail that this home has signed`,
			wanted: say`one end signs, and it is the home`,
			line: "postconf -n smtpd_milters non_smtpd_milters",
		});
	return [
		...findings,
		...judgeArrival({ prefix: "mail", to, relay, text, journey: seen.journeys[1], took: seen.took }),
	];
}
