import { expect, test } from "vitest";
import { seeStrangersMail } from "../../../agent/doctor/mail/as-stranger.ts";
import { judgeStrangersMail } from "../../../agent/doctor/mail/judge-stranger.ts";

const to = "anna@example.org";
const id = "0123456789ab@heimweg.invalid";
const head = [
	`7AB3C: message-id=<${id}>`,
	"7AB3C: client=relay.example.net[10.86.0.1], orig_queue_id=CCCCCC3, orig_client=relay.example.net[192.0.2.10]",
];
const ends = (status: string, text: string) =>
	`7AB3C: to=<${to}>, relay=private/dovecot-lmtp, delay=0.1, delays=0/0/0/0, dsn=2.0.0, status=${status} (${text})`;
const text = `Return-Path: <>
Received: from relay.example.net (relay.example.net [10.86.0.1])
	by mail.example.org (Postfix) with ESMTPS id 7AB3C;
	Mon, 30 Nov 2026 17:00:08 +0000 (UTC)
Authentication-Results: relay.example.net;
	dkim=none; spf=pass smtp.helo=relay.example.net; dmarc=none
Received: from relay.example.net (relay.example.net [192.0.2.10])
	by relay.example.net (Postfix) with ESMTP id CCCCCC3;
	Mon, 30 Nov 2026 17:00:07 +0000 (UTC)
Message-ID: <${id}>

text
`;

/** What is found when the log and the mailbox are these. */
async function found({
	log = [] as string[],
	logRead = true,
	mailbox = text as string | null,
	ask = async (_: string) => id,
} = {}) {
	const seen = await seeStrangersMail(to, {
		...{ ask, patience: 0, pause: 0 },
		async run(program) {
			if (program === "journalctl") return log.join("\n");
			if (mailbox === null) throw new Error("doveadm is not installed");
			return `text:\n${mailbox}\f\n`;
		},
	});
	return judgeStrangersMail(seen, { to, relay: "relay.example.net", logRead });
}

test("a stranger's mail is shown with what the relay's filters say, who brought it, and each hop", async () => {
	const findings = await found({ log: [...head, ends("sent", "250 Saved")] });
	expect(findings.map(({ code, severity, found }) => `${code} ${severity}: ${found}`)).toEqual([
		"stranger_mail_results well: its filters say: dkim=none, spf=pass, dmarc=none",
		"stranger_mail_client_known well: it tells who brought the mail to it: relay.example.net[192.0.2.10]",
		"stranger_mail_hop well: from relay.example.net (relay.example.net [192.0.2.10]), after 0 s",
		"stranger_mail_hop well: from relay.example.net (relay.example.net [10.86.0.1]), after 1 s",
		expect.stringMatching(/^stranger_mail_arrived well: it lay in the mailbox \d+\.\d s after/),
	]);
});

test("a mail that the relay does not send is not known, with its words", async () => {
	const ask = () => Promise.reject(new Error("this home had one sent less than a minute ago, or many today"));
	expect(await found({ ask })).toEqual([
		{
			...{ code: "stranger_mail_not_sent", severity: "not_known", subject: to },
			found:
				"the relay did not send a mail as a stranger does: this home had one sent less than a minute ago, or many today",
		},
	]);
});

test("a mail that Postfix here refuses or the relay keeps is told, with whose turn it is", async () => {
	const refused = await found({ log: [...head, ends("bounced", "550 5.1.1 no such user")] });
	expect(refused).toMatchObject([{ code: "stranger_mail_not_delivered", severity: "risk", turn: "home" }]);
	expect(refused[0]!.found).toContain("550 5.1.1 no such user");
	expect(await found()).toMatchObject([
		{ code: "stranger_mail_not_delivered", severity: "risk", turn: "relay", line: "mailq" },
	]);
});

test("who may not read the log or the mailbox is told so, and nobody is blamed", async () => {
	expect(await found({ logRead: false })).toMatchObject([
		{ code: "stranger_mail_not_seen", severity: "not_known" },
	]);
	const log = [...head, ends("sent", "250 Saved")];
	expect(await found({ log, mailbox: null })).toMatchObject([
		{ code: "stranger_mail_not_read", severity: "not_known" },
	]);
});
