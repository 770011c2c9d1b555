import { expect, test } from "vitest";
import { domainOf, queuedAmong } from "../../../relay-side/postfix/queue.ts";
import type { QueuedMessage } from "../../../shared/postfix/queue.ts";

async function* queue(...addresses: string[][]): AsyncGenerator<QueuedMessage> {
	for (const list of addresses) {
		yield {
			queue_id: "1",
			queue_name: "deferred",
			arrival_time: 0,
			recipients: list.map((address) => ({ address })),
		};
	}
}

test("a domain has mail waiting when any recipient of any message is in it, however it is written", async () => {
	const domains = new Set(["a.example", "b.example", "xn--mnchen-3ya.example", "sub.c.example"]);
	const messages = queue(
		["x@other.example", "y@A.Example"],
		['"odd@b.example"@c.example'],
		["z@münchen.example"],
	);
	expect(await queuedAmong(domains, messages)).toEqual(new Set(["a.example", "xn--mnchen-3ya.example"]));
});

test("mail in one form of a domain waits for both", async () => {
	const domains = new Set(["xn--mller-kva.test", "müller.test", "a.example"]);
	const both = new Set(["xn--mller-kva.test", "müller.test"]);
	expect(await queuedAmong(domains, queue(["x@MÜLLER.test"]))).toEqual(both);
	expect(await queuedAmong(domains, queue(["x@xn--mller-kva.test"]))).toEqual(both);
});

test("reading ends as soon as every domain in question was seen", async () => {
	let read = 0;
	async function* endless(): AsyncGenerator<QueuedMessage> {
		for (;;) {
			read += 1;
			yield {
				queue_id: "1",
				queue_name: "deferred",
				arrival_time: 0,
				recipients: [{ address: "x@a.example" }],
			};
		}
	}
	expect(await queuedAmong(new Set(["a.example"]), endless())).toEqual(new Set(["a.example"]));
	expect(read).toBe(1);
});

test("a recipient without a domain, or with an address in its place, is in no domain of ours", () => {
	expect(domainOf("MAILER-DAEMON")).toBe("mailer-daemon");
	expect(domainOf("x@[192.0.2.1]")).toBe("[192.0.2.1]");
});
