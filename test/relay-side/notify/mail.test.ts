import { expect, test } from "vitest";
import { compose, mailChannel } from "../../../relay-side/notify/mail.ts";
import { senderRefused } from "../../../relay-side/policy/conditions.ts";
import { homeAway } from "../../../relay-side/pulse/conditions.ts";
import { mailOld } from "../../../relay-side/queue/conditions.ts";
import type { ActiveCondition } from "../../../shared/health.ts";
import type { Notice } from "../../../shared/notify.ts";

const notice = (changes: Partial<Notice> = {}): Notice => ({
	...{
		event: "begins",
		code: "pulse.home_away",
		subject: "anna",
		severity: "warning",
		title: "the home is away",
	},
	...{ text: "no pulse from the home anna since noon; its mail waits here", remedy: "look at home" },
	since: "2026-01-01T12:00:00.000Z",
	...changes,
});
const about = { recipient: "me@far.example", host: "relay.example", now: new Date("2026-01-02T03:04:05Z") };

function channel(routedHome = false) {
	const mails: string[] = [];
	return {
		mails,
		channel: mailChannel({
			...about,
			now: () => about.now,
			routedHome: () => routedHome,
			submit: async (recipient, message) => void mails.push(`${recipient}\n${message}`),
		}),
	};
}

test("a mail tells what is wrong, since when and what to do, as a program's report that nobody answers", () => {
	const message = compose([notice()], about);
	const end = message.indexOf("\n\n");
	const [head, body] = [message.slice(0, end), message.slice(end + 2)];
	expect(head).toContain("To: me@far.example\nSubject: relay.example: the home is away (anna)\n");
	expect(head).toContain("Date: Fri, 02 Jan 2026 03:04:05 +0000\n");
	expect(head).toContain("Auto-Submitted: auto-generated");
	expect(body).toContain(
		"no pulse from the home anna since noon; its mail waits here.\nWhat to do: look at home.\n",
	);
	expect(body).toContain("Since 2026-01-01T12:00:00.000Z.");
});

test("several things are one mail, and what is over says so", () => {
	const over = notice({ event: "ends", subject: "bert", text: "over after 1 h", remedy: "", ended: "later" });
	const message = compose([notice(), over], about);
	expect(message).toContain("Subject: relay.example: the home is away (anna), and 1 more\n");
	expect(message).toContain("over after 1 h.\nSince 2026-01-01T12:00:00.000Z, until later.\n");
	expect(compose([over], about)).toContain("Subject: relay.example: over: the home is away (bert)\n");
});

test("nothing that a notice says can become a header, a line too long, or anything but US-ASCII", () => {
	const nasty = "x\r\nBcc: all@far.example\nü".repeat(200);
	const message = compose([notice({ text: nasty, title: nasty, subject: nasty, remedy: nasty })], about);
	expect(message).toMatch(/^[\n -~]*$/);
	expect(message).not.toMatch(/^Bcc:/m);
	expect(Math.max(...message.split("\n").map((line) => line.length))).toBeLessThan(998);
});

test("a home is worth a mail after 15 minutes, old mail at once, and nothing else is", () => {
	const after = ({ code, mail }: { code: string; mail?: number }) =>
		channel().channel.visibleAfter({ code, mail } as ActiveCondition);
	expect(after(homeAway)).toBe(900_000);
	expect(after(mailOld)).toBe(0);
	expect(after(senderRefused)).toBeUndefined();
});

test("no mail is sent to an address whose mail would wait for a home", async () => {
	const fine = channel();
	await fine.channel.send([notice()], 0, new AbortController().signal);
	expect(fine.mails).toHaveLength(1);
	const { channel: routed, mails } = channel(true);
	await expect(routed.send([notice()], 0, new AbortController().signal)).rejects.toThrow("routed to a home");
	expect(mails).toEqual([]);
});
