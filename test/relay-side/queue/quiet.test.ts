import { pino } from "pino";
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
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

function relayWith(mails: readonly QueuedMessage[]) {
	const homes = new Map([["anna", homeOf("anna", 2)]]);
	const postfix = { looks: 0, mark: 1 };
	const queue = createQueue({
		homes: () => homes,
		homeOf: (domain) => lookupOf(homes).byDomain.get(domain)?.id,
		here: () => true,
		async *listQueue() {
			postfix.looks += 1;
			yield* mails;
		},
		mark: async () => postfix.mark,
		flush: async () => {},
		ask: async () => undefined,
		onChange: () => {},
		health: new Health(log),
		log,
	});
	queue.start();
	onTestFinished(() => {
		queue.stop();
		return queue.duty.stop();
	});
	return { queue, postfix };
}

/** How often the queue is listed within an hour in which Postfix delivers nothing. */
async function looksInAnHour(mails: readonly QueuedMessage[]): Promise<number> {
	const { postfix } = relayWith(mails);
	await vi.advanceTimersByTimeAsync(60 * MINUTE);
	return postfix.looks;
}

test("a queue that is empty is listed every five minutes, and each minute while any mail is in it", async () => {
	const empty = await looksInAnHour([]);
	expect(empty).toBeGreaterThanOrEqual(11);
	expect(empty).toBeLessThanOrEqual(15);
	expect(await looksInAnHour([toTheWorld])).toBeGreaterThanOrEqual(55);
});

test("a home that returns has the queue listed when it has mail there, or Postfix did something since", async () => {
	const quiet = relayWith([]);
	await vi.advanceTimersByTimeAsync(3_000);
	const before = quiet.postfix.looks;
	for (let time = 0; time < 20; time++) {
		quiet.queue.returned("anna");
		await vi.advanceTimersByTimeAsync(500);
	}
	expect(quiet.postfix.looks).toBe(before);
	quiet.postfix.mark += 1;
	quiet.queue.returned("anna");
	await vi.advanceTimersByTimeAsync(50);
	expect(quiet.postfix.looks).toBe(before + 1);

	const recipients = [{ address: "a@anna.example", delay_reason: "timed out" }];
	const waiting = relayWith([{ ...toTheWorld, recipients }]);
	await vi.advanceTimersByTimeAsync(3_000);
	const first = waiting.postfix.looks;
	waiting.queue.returned("anna");
	await vi.advanceTimersByTimeAsync(50);
	expect(waiting.postfix.looks).toBeGreaterThan(first);
});
