import { generateKeyPairSync } from "node:crypto";
import { dkimSign } from "mailauth/lib/dkim/sign.js";
import { expect, test } from "vitest";
import { seeMail } from "../../../agent/doctor/mail/command.ts";
import { journeysOf } from "../../../agent/doctor/mail/journey.ts";
import { asSigned, hopsOf, resultsBy } from "../../../agent/doctor/mail/message.ts";
import type { Address } from "../../../shared/address.ts";
import { textRecord } from "../../../shared/dns/text.ts";
import type { Dns } from "../../../shared/doctor/dns/dns.ts";
import type { Mail } from "../../../shared/smtp.ts";

const keys = generateKeyPairSync("rsa", { modulusLength: 2048 });
const published = keys.publicKey.export({ type: "spki", format: "der" }).toString("base64");
const anna = "anna@example.org";

/** A home and its relay, as they deliver a mail; a test changes what they do. */
class Way {
	key = published;
	signs = true;
	mailboxes: string[] = [];
	log: string[] = [];
	sent: Mail[] = [];
	/** What the relay does to a mail. */
	relay = async (text: string): Promise<string> => text;
	xforward = true;
	refuses: string | undefined;
	authenticationResults =
		"Authentication-Results: relay.example.net;\n\tdkim=pass header.d=example.org;\n\tspf=none";

	deliver(queueId: string, text: string, lines: string[]): void {
		const id = /^Message-ID: <(.*)>$/im.exec(text)![1]!;
		this.log.push(`${queueId}: message-id=<${id}>`, ...lines.map((line) => `${queueId}: ${line}`));
		const done = `to=<${anna}>, relay=private/dovecot-lmtp, delay=0.1, delays=0/0/0/0, dsn=2.0.0, status=sent (250 Saved)`;
		this.log.push(`${queueId}: ${done}`);
		this.mailboxes.push(`Return-Path: <postmaster@example.org>\nDelivered-To: ${anna}\n${text}`);
	}

	run = async (program: string, args: readonly string[], { input = "" } = {}): Promise<string> => {
		if (program === "sendmail") {
			const mail = `Received: by mail.example.org (Postfix, from userid 0)\n\tid AAAAAA1; Mon, 30 Nov 2026 17:00:00 +0000 (UTC)\n`;
			this.deliver("AAAAAA1", mail + (this.signs ? await signed(input) : input), ["uid=0 from=<postmaster>"]);
		}
		if (program === "journalctl") return this.log.join("\n");
		if (program === "doveadm") return this.mailboxes.map((mail) => `text:\n${mail}\n`).join("");
		expect(args.join(" ")).not.toContain("undefined");
		return "";
	};

	sendMail = async (mail: Mail): Promise<string> => {
		this.sent.push(mail);
		if (this.refuses) throw new Error(this.refuses);
		const trace = [
			"Received: from relay.example.net (relay.example.net [10.86.0.1])",
			"\tby mail.example.org (Postfix) with ESMTPS id BBBBBB2;",
			"\tMon, 30 Nov 2026 17:00:03 +0000 (UTC)",
			this.authenticationResults,
			"Received: from localhost (unknown [10.86.0.2])",
			"\tby relay.example.net (Postfix) with ESMTP id CCCCCC3;",
			"\tMon, 30 Nov 2026 17:00:01 +0000 (UTC)",
		].join("\n");
		const client = `client=relay.example.net[10.86.0.1]${this.xforward ? ", orig_queue_id=CCCCCC3, orig_client=unknown[10.86.0.2]" : ""}`;
		this.deliver("BBBBBB2", `${trace}\n${await this.relay(mail.text)}`, [client]);
		return "250 Ok";
	};

	findings(to = anna) {
		const dns = {
			published: async (name: string) =>
				name === "home._domainkey.example.org"
					? { is: "there", ttl: 60, records: [textRecord(`v=DKIM1; k=rsa; p=${this.key}`)] }
					: { is: "nothing", noName: true },
		} as unknown as Dns;
		const { run, sendMail } = this;
		return seeMail(
			{ to, domains: ["example.org"], relay: "10.86.0.1" as Address, relayName: "relay.example.net" },
			{ run, dns, sendMail, patience: 0, pause: 0 },
		);
	}
	codes = async () => (await this.findings()).map(({ code, severity }) => `${code} ${severity}`);
}

async function signed(text: string): Promise<string> {
	const message = text.replaceAll(/\r?\n/g, "\r\n");
	const key = {
		...{ signingDomain: "example.org", selector: "home" },
		privateKey: keys.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
	};
	const { signatures } = await dkimSign(message, {
		canonicalization: "relaxed/relaxed",
		...key,
		signatureData: [key],
	});
	return `${signatures.trimEnd()}\r\n${message}`.replaceAll("\r\n", "\n");
}

test("a mail is sent through this home's milters, out to the relay and back, and each step is shown", async () => {
	const way = new Way();
	const findings = await way.findings();
	expect(findings.map(({ code, severity }) => `${code} ${severity}`)).toEqual([
		...["mail_signed well", "mail_results well", "mail_client_known well"],
		...["mail_hop well", "mail_hop well", "mail_arrived well"],
	]);
	expect(findings.map(({ subject, found }) => `${subject}: ${found}`)).toEqual(
		expect.arrayContaining([
			"relay.example.net: its filters say: dkim=pass, spf=none",
			"relay.example.net[10.86.0.1]: it tells who brought the mail to it: unknown[10.86.0.2]",
			"relay.example.net: from localhost (unknown [10.86.0.2]), after 0 s",
			"mail.example.org: from relay.example.net (relay.example.net [10.86.0.1]), after 2 s",
		]),
	);
	expect(way.sent).toMatchObject([{ server: "10.86.0.1", to: anna, from: "postmaster@example.org" }]);
	expect(way.sent[0]!.text).toMatch(/^DKIM-Signature:/);
});

test("a mail that nobody signs, or with another key than the published one, is told", async () => {
	const way = new Way();
	way.signs = false;
	expect(await way.codes()).toContain("mail_not_signed todo");
	const other = new Way();
	other.key = generateKeyPairSync("rsa", { modulusLength: 2048 })
		.publicKey.export({ type: "spki", format: "der" })
		.toString("base64");
	const wrong = (await other.findings()).find(({ severity }) => severity === "risk");
	expect(wrong).toMatchObject({
		...{ code: "mail_signature_wrong", turn: "home", subject: "home._domainkey.example.org" },
		line: "heimweg dns apply --take home._domainkey.example.org TXT",
	});
});

test("a relay that changes what is signed, or signs it again, is told, and whose turn it is", async () => {
	const way = new Way();
	way.relay = async (text) => `${text}-- \nsent by a relay\n`;
	expect((await way.findings()).find(({ severity }) => severity === "risk")).toMatchObject({
		...{ code: "mail_signature_broken", turn: "relay" },
		line: expect.stringContaining("disable_mime_output_conversion"),
	});
	const twice = new Way();
	twice.relay = signed;
	expect(await twice.codes()).toContain("mail_signed_twice todo");
});

test("where the client's address is lost on the way it is told, with the line that keeps it", async () => {
	const way = new Way();
	way.xforward = false;
	expect((await way.findings()).find(({ code }) => code === "mail_client_lost")).toMatchObject({
		...{ severity: "todo", turn: "home", line: "heimweg postfix --apply" },
	});
});

test("it is said where a mail stopped, in the words of who stopped it", async () => {
	const way = new Way();
	way.refuses = "10.86.0.1 said: 554 5.7.1 not yours to send";
	expect((await way.findings()).at(-1)).toMatchObject({
		...{ code: "mail_not_taken_by_relay", severity: "risk", turn: "relay" },
		found: expect.stringContaining("554 5.7.1 not yours to send"),
	});
	const lost = new Way();
	lost.sendMail = async () => "250 Ok";
	expect((await lost.findings()).at(-1)).toMatchObject({ code: "mail_not_brought_back", severity: "risk" });
	const bounced = new Way();
	bounced.deliver = (queueId, text) => {
		const id = /^Message-ID: <(.*)>$/im.exec(text)![1]!;
		bounced.log.push(
			`${queueId}: message-id=<${id}>`,
			`${queueId}: to=<${anna}>, relay=private/dovecot-lmtp, delay=0.1, delays=0/0/0/0, dsn=5.1.1, status=bounced (User doesn't exist)`,
		);
	};
	expect((await bounced.findings()).at(-1)).toMatchObject({
		...{ code: "mail_not_delivered", found: expect.stringContaining("User doesn't exist") },
	});
});

test("who may not read Postfix's log or the mailbox learns that, and no alarm is raised", async () => {
	const blind = new Way();
	blind.run = async () => "";
	expect(await blind.codes()).toEqual(["mail_not_seen not_known"]);
	const shut = new Way();
	const { run } = shut;
	shut.run = async (program, ...rest) => {
		if (program === "doveadm") throw new Error("Permission denied");
		return run(program, ...rest);
	};
	expect(await shut.codes()).toEqual(["mail_not_read not_known"]);
});

test("a mail is sent to an address of this home alone", async () => {
	for (const to of [
		"anna@example.com",
		"@example.org",
		"anna",
		"-oQ/tmp@example.org\n",
		"anna@sub.example.org",
	])
		await expect(new Way().findings(to)).rejects.toThrow("--mail: expected an address of example.org");
});

test("the log tells copies of one mail apart, and other mails that name them", () => {
	const log = `AAAAA1: message-id=<x@y>
AAAAA1: to=<a@b>, relay=10.86.0.1[10.86.0.1]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as BBBBB2)
ZZZZZ9: message-id=<other@y>
BBBBB2: client=relay[10.86.0.1]
BBBBB2: message-id=<x@y>
BBBBB2: to=<a@b>, relay=none, delay=1, delays=0/0/0/1, dsn=4.4.1, status=deferred (connect: timed out)`;
	expect(journeysOf(log, "x@y")).toEqual([
		{
			...{ queueId: "AAAAA1", relay: "10.86.0.1[10.86.0.1]:25", status: "sent" },
			text: "250 2.0.0 Ok: queued as BBBBB2",
		},
		{
			queueId: "BBBBB2",
			client: "relay[10.86.0.1]",
			relay: "none",
			status: "deferred",
			text: "connect: timed out",
		},
	]);
});

test("only the relay's own results count, and garbage in a header is passed over", () => {
	const text =
		"Authentication-Results: mx.evil.test; dkim=pass\nno header\nReceived: nonsense\n\nbody\nReceived: from x\n";
	expect(resultsBy(text, "relay.example.net")).toBeUndefined();
	expect(hopsOf(text)).toEqual([{ from: undefined, by: "", at: undefined }]);
	expect(asSigned(text)).toBe("no header\n\nbody\nReceived: from x\n");
});
