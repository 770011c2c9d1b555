import { beforeEach, describe, expect, test } from "vitest";
import type { Delivery } from "../../../shared/postfix/delivery.ts";
import {
	firstReturns,
	forgetReturned,
	isAboutContent,
	noteDelivery,
	type Returned,
} from "../../../shared/postfix/returned.ts";
import { returnsTold } from "../../../shared/postfix/returns-told.ts";

const day = 86_400_000;
const refused = "host 10.86.0.2[10.86.0.2] said: 554 5.7.1 <anna@example.org>: Access denied";

describe("mail that goes back to its sender", () => {
	let known: Map<string, Returned>;
	let clock: number;
	beforeEach(() => {
		known = new Map();
		clock = 1_000;
	});

	function log(status: string, text = refused, addressed = "Anna@example.org"): boolean {
		clock += 1_000;
		const delivery: Delivery = {
			...{ at: clock, queueId: "4XyZ", to: addressed, addressed, relay: "10.86.0.2[10.86.0.2]:25" },
			...{ dsn: "5.7.1", status, text, agent: "postfix/heimweg/smtp" },
		};
		return noteDelivery(known, delivery);
	}

	test("is remembered from the first mail until one gets through", () => {
		expect(log("deferred")).toBe(false);
		expect(log("bounced")).toBe(true);
		expect(log("bounced")).toBe(true);
		expect([...known.values()]).toMatchObject([
			{ recipient: "anna@example.org", text: refused, since: 3_000, last: 4_000, mails: 2, held: false },
		]);
		expect(log("sent", "250 ok", "bert@example.org")).toBe(false);
		expect(log("sent", "250 ok")).toBe(true);
		expect(known.size).toBe(0);
	});

	test("is over too when Postfix, asked without a mail, finds the recipient taken again", () => {
		log("bounced");
		expect(log("undeliverable")).toBe(false);
		expect(log("deliverable", "250 2.1.5 Ok")).toBe(true);
		expect(known.size).toBe(0);
	});

	test("keeps its first words while they mean the same, and takes others that mean something else", () => {
		const file = (name: string) =>
			`maildir delivery failed: create maildir file /home/anna/${name}: Permission denied`;
		log("bounced", file("1"));
		log("bounced", file("2"));
		expect(known.get("anna@example.org")?.text).toBe(file("1"));
		log("bounced");
		expect(known.get("anna@example.org")).toMatchObject({ text: refused, mails: 3 });
	});

	test("that was read before is not counted again, nor does an older delivery end it", () => {
		log("bounced");
		clock -= 1_000;
		expect(log("bounced")).toBe(false);
		clock -= 2_000;
		expect(log("sent")).toBe(false);
		expect(known.get("anna@example.org")?.mails).toBe(1);
	});

	test("is known to have been held instead where Postfix says so", () => {
		log("SOFTBOUNCE");
		expect(known.get("anna@example.org")?.held).toBe(true);
	});

	test("is history after a week, and when the recipient is none any more", () => {
		log("bounced");
		log("bounced", refused, "bert@example.org");
		expect(forgetReturned(known, clock, () => true)).toBe(false);
		expect(forgetReturned(known, clock, (recipient) => recipient.startsWith("a"))).toBe(true);
		expect([...known.keys()]).toEqual(["anna@example.org"]);
		expect(forgetReturned(known, clock + 8 * day, () => true)).toBe(true);
		expect(known.size).toBe(0);
	});

	test("is told once a domain, by its first recipient, and never without end", () => {
		log("bounced", "x".repeat(5_000));
		log("bounced", refused, "bert@example.org");
		log("bounced", refused, "c@example.net");
		expect([...firstReturns(known.values()).keys()]).toEqual(["example.org", "example.net"]);
		const told = returnsTold(known.values());
		expect(told?.returned.map(({ recipient }) => recipient)).toEqual(["anna@example.org", "c@example.net"]);
		expect(told?.returned[0]?.said).toHaveLength(300);
		expect(returnsTold([])).toBeUndefined();
		for (let n = 0; n < 2_000; n++) log("bounced", refused, `u${n}@d${n}.example`);
		expect(known.size).toBe(1_000);
		expect(returnsTold(known.values())?.returned).toHaveLength(100);
	});

	test("is told apart from what is refused for what is in the mail", () => {
		const content = (text: string) => isAboutContent({ text });
		expect(content("host h[1.2.3.4] said: 554 5.7.1 Spam (in reply to end of DATA command)")).toBe(true);
		expect(content("message size 3320 exceeds size limit 900 of server 10.86.0.2[10.86.0.2]")).toBe(true);
		expect(content(`${refused} (in reply to RCPT TO command)`)).toBe(false);
	});
});
