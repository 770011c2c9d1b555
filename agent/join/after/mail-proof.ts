import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "../../../shared/errors.ts";
import { mailText } from "../../../shared/mail-text.ts";
import { sentence } from "../../../shared/sentence.ts";
import { SECOND } from "../../../shared/time.ts";
import type { AfterDeps, AfterOptions, Joined } from "./options.ts";
import { words } from "./words.ts";

const mail = {
	subject: "Heimweg: this mail came through the relay",
	text: "Your home has joined its relay. This mail went from here to the relay and back through the tunnel.",
};

/** What became of a mail that went out to the relay and was to come back in. */
export interface MailProof {
	from: string;
	/** The relay took it. */
	taken: boolean;
	/** Milliseconds until Postfix here had put it into the mailbox. */
	arrived?: number;
	/** What went wrong. */
	why?: string;
}

/** Milliseconds for a mail through the relay, and between two looks at the log. */
const mailPatience = 60 * SECOND;
const pause = SECOND / 5;

/** To whom a mail may be sent; undefined when nobody is known and nobody asked. */
export async function askMailbox(
	joined: Joined,
	recipients: readonly string[],
	options: AfterOptions,
	{ prompt }: AfterDeps,
): Promise<string | undefined> {
	const inOurs = (text: string) =>
		joined.domains.includes(text.slice(text.lastIndexOf("@") + 1).toLowerCase());
	const proposal = recipients.find((one) => !one.startsWith("@"));
	if (options.mailbox === undefined && proposal === undefined && !prompt.asks) return undefined;
	return prompt.text({
		text: words.askMailbox,
		flag: "--mailbox ADDRESS",
		given: options.mailbox,
		proposal,
		wrong: (text) =>
			/^[!-?A-~]+@[a-z0-9.-]+$/i.test(text) && inOurs(text)
				? undefined
				: sentence(words.mailboxWrong, { domains: joined.domains.join(", ") }),
	});
}

/**
 * Sends a mail as this home to the relay, for a mailbox here: the relay takes it as outgoing mail, and brings it back as
 * anybody's. Then waits until Postfix's log says that it was delivered.
 */
export async function proveMail(joined: Joined, mailbox: string, deps: AfterDeps): Promise<MailProof> {
	const { run, say } = deps;
	const from = `postmaster@${mailbox.slice(mailbox.lastIndexOf("@") + 1)}`;
	const [server] = joined.relay.addresses;
	const id = `${randomBytes(12).toString("hex")}@heimweg.invalid`;
	say(sentence(words.waitMail, { mailbox }));
	const since = new Date();
	const began = performance.now();
	const text = mailText({ ...mail, from, to: mailbox, id, at: since });
	try {
		await deps.sendMail({ server: server!, from, to: mailbox, text });
	} catch (error) {
		return { from, taken: false, why: messageOf(error) };
	}
	const end = began + mailPatience;
	const argv = [
		"--no-pager",
		"--output=cat",
		`--since=@${Math.floor(since.getTime() / 1000)}`,
		"--facility=mail",
	];
	for (;;) {
		const log = await run("journalctl", argv).catch(() =>
			readFile("/var/log/mail.log", "utf8").catch(() => ""),
		);
		const became = whatBecame(log, id, mailbox);
		if (became === "sent") return { from, taken: true, arrived: performance.now() - began };
		if (became !== undefined) return { from, taken: true, why: became };
		if (performance.now() > end) {
			const why = sentence(words.mailNotSeen, { seconds: mailPatience / SECOND, mailbox });
			return { from, taken: true, why };
		}
		await sleep(pause);
	}
}

/** What Postfix logged of the mail with this Message-ID: "sent", the words of a failure that lasts, or nothing yet. */
export function whatBecame(log: string, id: string, mailbox: string): string | undefined {
	const queueId = log
		.split("\n")
		.map((line) => /(?:^|\s)([0-9A-Za-z]{5,40}): message-id=<(.*)>$/.exec(line))
		.find((found) => found?.[2] === id)?.[1];
	if (queueId === undefined) return undefined;
	for (const line of log.split("\n")) {
		const [, status, words_] =
			new RegExp(`(?:^|\\s)${queueId}: (?:to=<.*>, .*)status=(\\w+) \\((.*)\\)$`).exec(line) ?? [];
		if (status === "sent") return "sent";
		if (status === "bounced") return `${mailbox}: ${words_}`;
	}
	return undefined;
}
