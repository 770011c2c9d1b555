import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createHolding, type Holding } from "../../../relay-side/bounces/holding.ts";
import type { Health } from "../../../shared/health.ts";
import { parseQueued, type QueuedMessage } from "../../../shared/postfix/queue.ts";
import { silentHealth } from "../../shared/silent.ts";

const hour = 3_600_000;
const now = Date.parse("2026-01-10T00:00:00Z");
const refusal =
	"host 10.86.0.2[10.86.0.2] said: 554 5.7.1 <anna@example.org>: Access denied (in reply to RCPT TO command)";

const homes: Record<string, string> = { "example.org": "anna", "bert.example": "bert" };

describe("mail that a home refuses, held instead of sent back", () => {
	let folder: string;
	let queue: QueuedMessage[];
	let failure: Error | undefined;
	let told: boolean;
	let health: Health;
	let holding: Holding;
	const asked = () => readFile(join(folder, "expire"), "utf8").catch(() => "");

	beforeEach(async () => {
		folder = await mkdtemp(join(tmpdir(), "heimweg-hold-"));
		[queue, failure, told, health] = [[], undefined, true, silentHealth()];
		holding = createHolding({
			limit: 48 * hour,
			file: join(folder, "expire"),
			homeOf: (address) => homes[address.slice(address.indexOf("@") + 1)],
			async *listQueue() {
				if (failure) throw failure;
				yield* queue;
			},
			holds: async () => told,
			flush: async () => {},
			health,
			now: () => now,
		});
	});
	afterEach(async () => {
		holding.stop();
		await rm(folder, { recursive: true });
	});

	/** A line as `postqueue -j` prints it. */
	function put(
		id: string,
		hours: number,
		reason = refusal,
		to = "anna@example.org",
		expired = false,
		...besides: Array<{ address: string; delay_reason: string }>
	): void {
		const fields = { queue_id: id, queue_name: "deferred", arrival_time: (now - hours * hour) / 1000 };
		const recipients = [{ address: to, delay_reason: reason }, ...besides];
		queue.push(parseQueued(JSON.stringify({ ...fields, forced_expire: expired, recipients })));
	}

	test("is an error that says until when, why, and how to let it go", async () => {
		put("4AAAAA", 1);
		put("4BBBBB", 2);
		await holding.look();
		const [said] = health.list();
		expect(said).toMatchObject({ code: "bounces.mail_held", subject: "anna", severity: "error" });
		expect(said?.text).toContain("554 5.7.1");
		expect(said?.text).toContain("2026-01-11 22:00 UTC");
		expect(said?.remedy).toContain("heimweg-relay let-go anna");
		expect(await asked()).toBe("");
		queue = [];
		await holding.look();
		expect(health.list()).toEqual([]);
	});

	test("goes back when it was held for as long as its owner wanted, once", async () => {
		put("4AAAAA", 49);
		put("4BBBBB", 47);
		put("4CCCCC", 60, refusal, "anna@example.org", true);
		await holding.look();
		expect(await asked()).toBe("4AAAAA\n");
	});

	test("goes back at its owner's word, and mail that waits for another reason stays", async () => {
		put("4AAAAA", 1);
		put("4BBBBB", 1, "connect to 10.86.0.2[10.86.0.2]:25: Connection timed out");
		put("4CCCCC", 1, "host 10.86.0.2[10.86.0.2] said: 451 4.3.0 later (in reply to RCPT TO command)");
		put("4DDDDD", 1, refusal, "x@elsewhere.test");
		expect(await holding.release("bert")).toEqual({ mails: 0, stay: 0 });
		expect(await holding.release("anna")).toEqual({ mails: 1, stay: 0 });
		expect(await asked()).toBe("4AAAAA\n");
		// What was asked is not taken yet: the file of another is never written over.
		await expect(holding.release("anna")).rejects.toThrow("cannot be let go");
	});

	test("never goes back for recipients elsewhere who may still get it", async () => {
		const address = "bert@bert.example";
		const away = { address, delay_reason: "connect to 10.86.0.3[10.86.0.3]:25: Connection timed out" };
		const refused = { address, delay_reason: refusal.replaceAll("10.86.0.2", "10.86.0.3") };
		put("4AAAAA", 60, refusal, "anna@example.org", false, away);
		put("4BBBBB", 1, refusal, "anna@example.org", false, refused);
		await holding.look();
		expect(health.list().map(({ subject }) => subject)).toEqual(["anna", "bert"]);
		expect(health.list()[0]?.text).toContain("the oldest goes back after 2026-01-11 23:00 UTC");
		expect(await holding.release("anna")).toEqual({ mails: 0, stay: 2 });
		expect(await holding.release("bert")).toEqual({ mails: 0, stay: 1 });
		expect(await asked()).toBe("");
		queue = queue.slice(0, 1);
		await holding.look();
		expect(health.list()[0]?.text).toContain("it waits for recipients elsewhere too");
		// Both homes refuse it, and it was held for as long as its owner wanted.
		queue = [];
		put("4CCCCC", 60, refusal, "anna@example.org", false, refused);
		await holding.look();
		expect(await asked()).toBe("4CCCCC\n");
	});

	test("never goes back for a recipient whom nobody could read, and may be very much of one home", async () => {
		put("4AAAAA", 60, refusal, "anna@example.org", false, { address: 7, delay_reason: "" } as never);
		await holding.look();
		expect(await holding.release("anna")).toEqual({ mails: 0, stay: 1 });
		queue = Array(200_000).fill(queue[0]);
		await holding.look();
		expect(health.list()).toHaveLength(1);
		expect(await asked()).toBe("");
	});

	test("is said to be looked after no more when the queue cannot be read, and again when it can", async () => {
		failure = new Error("no queue");
		await holding.look();
		expect(health.list()[0]).toMatchObject({ code: "bounces.hold_failing" });
		failure = undefined;
		told = false;
		await holding.look();
		expect(health.list()[0]?.remedy).toContain("heimweg-relay postfix --apply");
		told = true;
		await holding.look();
		expect(health.list()).toEqual([]);
	});
});
