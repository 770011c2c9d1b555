import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createMapRedelivery } from "../../../relay-side/postfix/map-redelivery.ts";
import type { QueuedMessage } from "../../../shared/postfix/queue.ts";
import { silent, silentHealth } from "../../shared/silent.ts";

beforeEach(() => {
	vi.useFakeTimers();
});

afterEach(() => {
	vi.useRealTimers();
});

const reasons = {
	HOME: "address resolver failure",
	WORLD: "address resolver failure",
	TABLE: "table lookup failure",
	AWAY: "connect to 10.86.0.2[10.86.0.2]:25: Connection timed out",
	GREY: "host mx.far.example[198.51.100.9] said: 450 4.2.0 greylisted (in reply to RCPT TO command)",
};

test("after a mend all mail that the damage deferred is tried, for homes and for the world, and no other", async () => {
	const mails = new Map(Object.entries(reasons));
	const flushed: string[] = [];
	const mended = createMapRedelivery({
		async *listQueue(): AsyncGenerator<QueuedMessage> {
			for (const [id, reason] of mails) {
				const recipients = [{ address: "x@far.example", delay_reason: reason }];
				yield { queue_id: id, queue_name: "deferred", arrival_time: 0, recipients };
			}
		},
		// Postfix's queue manager keeps its last answer for 30 s.
		async flush(ids) {
			flushed.push(...ids);
			if (performance.now() > mendedAt + 30_000) for (const id of ids) mails.delete(id);
		},
		health: silentHealth(),
		log: silent,
	});
	const mendedAt = performance.now();
	mended.begin();
	await vi.advanceTimersByTimeAsync(75_000);
	expect(new Set(flushed)).toEqual(new Set(["HOME", "WORLD", "TABLE"]));
	expect([...mails.keys()]).toEqual(["AWAY", "GREY"]);
	mended.end();
	await mended.duty.stop();
});

test("a mail that the reload of Postfix left in incoming is tried too", async () => {
	const mails = new Set(["PARKED"]);
	const mended = createMapRedelivery({
		async *listQueue(): AsyncGenerator<QueuedMessage> {
			const recipients = [{ address: "x@far.example" }];
			for (const id of mails) yield { queue_id: id, queue_name: "incoming", arrival_time: 0, recipients };
		},
		async flush(ids) {
			for (const id of ids) mails.delete(id);
		},
		health: silentHealth(),
		log: silent,
	});
	mended.begin();
	await vi.advanceTimersByTimeAsync(5_000);
	expect([...mails]).toEqual([]);
	mended.end();
	await mended.duty.stop();
});
