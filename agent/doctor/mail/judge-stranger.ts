import type { Finding } from "../../../shared/doctor/finding.ts";
import { say } from "../../../shared/words/say.ts";
import type { StrangersSeen } from "./as-stranger.ts";
import { judgeArrival } from "./judge-arrival.ts";

/** Says of a mail that the relay sent as a stranger sends one how it went. Pure. */
export function judgeStrangersMail(
	seen: StrangersSeen,
	{ to, relay, logRead }: { to: string; relay: string /** Postfix's log was read. */; logRead: boolean },
): Finding[] {
	const prefix = "stranger_mail";
	switch (seen.is) {
		case "not_sent":
			return [
				{
					...{ code: "stranger_mail_not_sent", severity: "not_known", subject: to },
					found: say`the relay did not send a mail as a stranger does: ${seen.why}`,
				},
			];
		case "not_delivered":
			return [notDelivered(seen.journey, to, logRead)];
		case "not_read": {
			const found = say`it was delivered, and Dovecot does not show it: ${seen.why || "-"}`;
			return [{ code: "stranger_mail_not_read", severity: "not_known", subject: to, found }];
		}
		case "delivered":
			return judgeArrival({ prefix, to, relay, ...seen });
	}
}

function notDelivered(
	journey: Extract<StrangersSeen, { is: "not_delivered" }>["journey"],
	to: string,
	logRead: boolean,
): Finding {
	const about = { code: "stranger_mail_not_delivered", severity: "risk", subject: to } as const;
	const source = "RFC 5321, 4.2";
	if (journey?.status)
		return {
			...{ ...about, turn: "home", source, line: "journalctl --facility=mail -n 50" },
			found: say`Postfix here did not bring it into the mailbox: ${journey.text ?? ""}`,
			wanted: say`it lies in the mailbox`,
		};
	if (!logRead) {
		const found = say`what became of it does not stand in Postfix's log, or may not be read`;
		const wanted = say`this is run by root, or by a member of the group adm`;
		return { code: "stranger_mail_not_seen", severity: "not_known", subject: to, found, wanted };
	}
	return {
		...{ ...about, turn: "relay", source, line: "mailq" },
		found: say`the relay took a mail from outside, and did not bring it here in time`,
		wanted: say`the relay brings mail for this home into its mailbox`,
	};
}
