import { pino } from "pino";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { lookupOf } from "../../../relay-side/homes/lookup.ts";
import { createQueue } from "../../../relay-side/queue/queue.ts";
import { Health } from "../../../shared/health.ts";
import type { QueuedMessage } from "../../../shared/postfix/queue.ts";
import { MINUTE } from "../../../shared/time.ts";
import { homeOf } from "../homes/examples.ts";

const log = pino({ level: "silent" });

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A mail to somebody in the world, which is no home's. */
const toTheWorld: QueuedMessage = {
	queue_id: "4Zabc",
	queue_name: "deferred",
	arrival_time: 0,
	recipients: [{ address: "somebody@elsewhere.example", delay_reason: "timed out" }],
} as QueuedMessage;

/** How often the queue is listed within an hour in which Postfix delivers nothing. */
async function looksInAnHour(mails: readonly QueuedMessage[]): Promise<number> {
	const homes = new Map([["anna", homeOf("anna", 2)]]);
	let looks = 0;
	const queue = createQueue({
		homes: () => homes,
		homeOf: (domain) => lookupOf(homes).byDomain.get(domain)?.id,
		here: () => true,
		async *listQueue() {
			looks += 1;
			yield* mails;
		},
		mark: async () => 1,
		flush: async () => {},
		ask: async () => undefined,
		onChange: () => {},
		health: new Health(log),
		log,
	});
	queue.start();
	await vi.advanceTimersByTimeAsync(60 * MINUTE);
	queue.stop();
	await queue.duty.stop();
	return looks;
}

test("a queue that is empty is listed every five minutes, and each minute while any mail is in it", async () => {
	const empty = await looksInAnHour([]);
	expect(empty).toBeGreaterThanOrEqual(11);
	expect(empty).toBeLessThanOrEqual(15);
	expect(await looksInAnHour([toTheWorld])).toBeGreaterThanOrEqual(55);
});
