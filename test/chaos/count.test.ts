import { describe, expect, it } from "vitest";
import { type Copy, copiesFrom } from "./copies.ts";
import { count } from "./count.ts";
import { askedTwice, bouncesIn, linesAbout, mailsInQueues } from "./evidence.ts";
import type { PostedMail } from "./post.ts";

const mail = (id: number, changes: Partial<PostedMail> = {}): PostedMail => ({
	...{ id, at: 0, way: "in", mailbox: "anna", bytes: 500, tries: 1, doubtful: 0, accepted: 1_000 },
	...changes,
});
const copy = (id: number, at = 1_500, attempt = 1): Copy => ({ id, attempt, at });
const ids = (mails: readonly PostedMail[]) => mails.map(({ id }) => id);

describe("the count of a chaos run", () => {
	it("calls lost what was accepted and is nowhere, and nothing else", () => {
		const refused = mail(3, { accepted: undefined, refusal: "550 5.1.1 no" } as Partial<PostedMail>);
		const kept = mail(4, { accepted: undefined } as Partial<PostedMail>);
		const result = count("in", [mail(1), mail(2), refused, kept], { home: [copy(1)], internet: [] });
		expect(result).toMatchObject({ mails: 4, accepted: 2, arrived: 1 });
		expect([ids(result.lost), ids(result.refused), ids(result.withSender)]).toEqual([[2], [3], [4]]);
	});

	it("calls waiting, not lost, what is in a queue", () => {
		const result = count("in", [mail(1), mail(2)], { home: [], internet: [] }, new Set([2]));
		expect([ids(result.lost), ids(result.waiting)]).toEqual([[1], [2]]);
	});

	it("does not take a mail that came back to its sender for one that arrived", () => {
		const mails = [mail(1), mail(2, { way: "out" })];
		const result = count("in", mails, { home: [copy(2)], internet: [copy(1)] });
		expect([ids(result.lost), ids(result.returned)]).toEqual([[1], [1]]);
	});

	it("tells copies that the sender caused from those that were made under way", () => {
		const home = [copy(1, 2_000, 1), copy(1, 3_000, 2), copy(2, 2_000), copy(2, 9_000)];
		const result = count("in", [mail(1), mail(2)], { home, internet: [] });
		expect([result.sentAgain, ids(result.delivered)]).toEqual([1, [2]]);
	});

	it("measures from the acceptance to the first copy", () => {
		const home = [copy(1, 4_000), copy(1, 3_000), copy(2, 990)];
		expect(count("in", [mail(1), mail(2)], { home, internet: [] }).delays).toEqual([0, 2_000]);
	});
});

it("a mail counts as arrived only when it is whole, and at the time its file was written", () => {
	const text = [
		"1700000000.2500000000 /home/anna/Maildir/new/a.b",
		"1700000001.0000000000 /home/anna/Maildir/new/cut-off",
		"/home/anna/Maildir/new/a.b:chaos 17 2 whole",
		"/home/anna/Maildir/new/a.b:the other line",
	].join("\n");
	expect(copiesFrom(text)).toEqual([{ id: 17, attempt: 2, at: 1_700_000_000_250 }]);
});

describe("the journals", () => {
	const relay = [
		"Nov 24 06:00:00.1 relay postfix/cleanup[71]: 4AB12: message-id=<chaos.7.1@sender.test>",
		"Nov 24 06:00:00.2 relay postfix/cleanup[71]: 4AB13: message-id=<chaos.77.1@sender.test>",
		"Nov 24 06:00:00.3 relay postfix/heimweg/smtp[72]: 4AB12: to=<a@b>, status=deferred (lost connection while sending end of data -- message may be sent more than once)",
		"Nov 24 06:00:00.4 relay postfix/smtp[73]: 4AB13: to=<a@b>, status=bounced (no)",
	];
	const home = ["Nov 24 06:00:01.1 home postfix/cleanup[44]: 9CD: message-id=<chaos.7.1@sender.test>"];

	it("tell about one mail by its queue ids on both machines", () => {
		const lines = linesAbout({ relay, home }, 7);
		expect(lines.map((line) => line.slice(0, 6))).toEqual(["relay:", "relay:", "home: "]);
		expect([askedTwice(lines), askedTwice(linesAbout({ relay, home }, 77))]).toEqual([true, false]);
	});

	it("tell which mails are in the queues", () => {
		expect(mailsInQueues({ relay, home }, { relay: ["4AB13"], home: ["9CD", "4AB12"] })).toEqual(
			new Set([77, 7]),
		);
	});

	it("tell what was given up", () => {
		expect(bouncesIn({ relay, home })).toEqual([relay[3]]);
	});
});
