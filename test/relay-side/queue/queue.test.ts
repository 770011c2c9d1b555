import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Home } from "../../../relay-side/homes/home.ts";
import { lookupOf } from "../../../relay-side/homes/lookup.ts";
import { mailServerSilent, mailStays, queueFailing } from "../../../relay-side/queue/conditions.ts";
import { createQueue, type QueueDuty, type QueueOptions } from "../../../relay-side/queue/queue.ts";
import { Health } from "../../../shared/health.ts";
import { homeOf } from "../homes/examples.ts";
import { PostfixModel } from "./postfix-model.ts";

const log = pino({ level: "silent" });
const second = 1_000;
const minute = 60 * second;

beforeEach(() => {
	vi.useFakeTimers({ now: Date.parse("2026-01-01T00:00:00Z") });
});

const running: QueueDuty[] = [];
afterEach(async () => {
	for (const queue of running.splice(0)) {
		queue.stop();
		await queue.duty.stop();
	}
	vi.useRealTimers();
});

/** A relay with Postfix and some homes, all of them here with a mail server that runs. */
function world(...ids: string[]) {
	const postfix = new PostfixModel();
	const health = new Health(log);
	const homes = new Map<string, Home>();
	const here = new Set<string>();
	for (const [index, id] of ids.entries()) {
		const home = homeOf(id, 2 + index);
		homes.set(id, home);
		here.add(id);
		postfix.addHome(home.domains[0]!, home.addresses[0]!);
	}
	function start(changes: Partial<QueueOptions> = {}): QueueDuty {
		const queue = createQueue({
			homes: () => homes,
			homeOf: (domain) => lookupOf(homes).byDomain.get(domain)?.id,
			here: (home) => here.has(home),
			listQueue: postfix.list,
			mark: postfix.mark,
			flush: postfix.flush,
			ask: postfix.ask,
			onChange: () => {},
			health,
			log,
			...changes,
		});
		running.push(queue);
		queue.start();
		return queue;
	}
	const link = (id: string) => postfix.homes.get(`${id}.example`)!;
	return {
		postfix,
		health,
		homes,
		start,
		link,
		/** The home's line goes, which its pulses tell. */
		leave(queue: QueueDuty, id: string) {
			link(id).line = false;
			here.delete(id);
			queue.left(id);
		},
		comeBack(queue: QueueDuty, id: string) {
			link(id).line = true;
			here.add(id);
			queue.returned(id);
		},
	};
}

const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);

describe("a home that comes back", () => {
	test.each([
		["one mail came early", 1, 0],
		["a hundred came early", 100, 0],
		["five trickled in", 5, 9 * second],
		["a hundred trickled in", 100, 450],
	])("gets everything that waits within seconds: %s", async (_, mails, apart) => {
		const { postfix, start, leave, comeBack } = world("anna");
		const queue = start();
		await pass(10 * second);
		leave(queue, "anna");
		for (let mail = 0; mail < mails; mail += 1) {
			postfix.arrive("someone@anna.example");
			await pass(apart);
		}
		await pass(45 * second - mails * apart);
		expect(postfix.delivered).toEqual([]);
		comeBack(queue, "anna");
		await pass(3 * second);
		expect(postfix.delivered).toHaveLength(mails);
		expect(new Set(postfix.delivered).size).toBe(mails);
	});

	test("gets mail whose connect was in progress, which no flush touches", async () => {
		const { postfix, start, leave, comeBack } = world("anna");
		const queue = start();
		leave(queue, "anna");
		await pass(20 * second);
		postfix.arrive("someone@anna.example");
		// Its last SYN is sent; it ends at its timeout, half a second after the return.
		await pass(4_500);
		comeBack(queue, "anna");
		await pass(100);
		expect(postfix.mails.values().next().value?.queue_name).toBe("active");
		await pass(3 * second);
		expect(postfix.delivered).toHaveLength(1);
	});

	test("gets mail that Postfix left lying in incoming", async () => {
		const { postfix, start, leave, comeBack } = world("anna");
		const queue = start();
		leave(queue, "anna");
		for (let mail = 0; mail < 5; mail += 1) postfix.arrive("someone@anna.example");
		await pass(45 * second);
		postfix.parkNext = 3;
		comeBack(queue, "anna");
		await pass(3 * second);
		expect(postfix.delivered).toHaveLength(5);
	});

	test("gets its mail also after the companion was started anew meanwhile", async () => {
		const { postfix, start, leave, comeBack } = world("anna");
		const first = start();
		leave(first, "anna");
		for (let mail = 0; mail < 5; mail += 1) postfix.arrive("someone@anna.example");
		await pass(20 * second);
		first.stop();
		await first.duty.stop();
		const second_ = start();
		await pass(20 * second);
		comeBack(second_, "anna");
		await pass(3 * second);
		expect(postfix.delivered).toHaveLength(5);
	});

	test("is left alone until its mail server greets, and is looked at until it does", async () => {
		const { postfix, start, leave, comeBack, link } = world("anna");
		const queue = start();
		leave(queue, "anna");
		postfix.arrive("someone@anna.example");
		await pass(45 * second);
		link("anna").server = false;
		comeBack(queue, "anna");
		await pass(90 * second);
		expect(postfix.flushed).toEqual([]);
		link("anna").server = true;
		await pass(11 * second);
		expect(postfix.delivered).toHaveLength(1);
	});

	test("with hundreds of mails does not hold up the one mail of another, and is not flooded", async () => {
		const { postfix, start, leave, comeBack } = world("anna", "bert");
		const batches: number[] = [];
		const queue = start({
			flush: async (ids) => {
				batches.push(ids.length);
				await postfix.flush(ids);
			},
		});
		leave(queue, "anna");
		leave(queue, "bert");
		for (let mail = 0; mail < 400; mail += 1) postfix.arrive("someone@anna.example");
		const single = postfix.arrive("someone@bert.example");
		await pass(45 * second);
		comeBack(queue, "anna");
		comeBack(queue, "bert");
		await pass(1 * second);
		expect(postfix.delivered).toContain(single);
		await pass(20 * second);
		expect(postfix.delivered).toHaveLength(401);
		expect(Math.max(...batches)).toBeLessThanOrEqual(100);
	});
});

describe("a home whose mail server alone was down", () => {
	test("gets what waits once the server is back, without any news from the pulses", async () => {
		const { postfix, start, link } = world("anna");
		start();
		await pass(10 * second);
		link("anna").server = false;
		for (let mail = 0; mail < 20; mail += 1) postfix.arrive("someone@anna.example");
		await pass(30 * second);
		link("anna").server = true;
		await pass(5 * second);
		expect(postfix.delivered).toHaveLength(20);
	});

	test("is told of while it lasts and no longer", async () => {
		const { postfix, start, link, health } = world("anna");
		start();
		link("anna").server = false;
		postfix.arrive("someone@anna.example");
		await pass(10 * second);
		expect(health.has(mailServerSilent)).toBe(false);
		await pass(20 * second);
		expect(health.list().find(({ subject }) => subject === "anna")?.text).toContain("10.86.0.2:25");
		link("anna").server = true;
		await pass(10 * second);
		expect(health.has(mailServerSilent)).toBe(false);
		expect(postfix.delivered).toHaveLength(1);
	});

	test("is not told of when it was the line that went", async () => {
		const { postfix, start, link, leave, health } = world("anna");
		const queue = start();
		link("anna").line = false;
		postfix.arrive("someone@anna.example");
		await pass(4 * second);
		leave(queue, "anna");
		await pass(2 * minute);
		expect(health.list()).toEqual([]);
	});
});

describe("mail that has nothing to do with it", () => {
	test("of a home that is away is not touched when another is back", async () => {
		const { postfix, start, leave, comeBack } = world("anna", "bert");
		const queue = start();
		leave(queue, "anna");
		leave(queue, "bert");
		const theirs = postfix.arrive("someone@bert.example");
		postfix.arrive("someone@anna.example");
		await pass(45 * second);
		comeBack(queue, "anna");
		await pass(2 * minute);
		expect(postfix.delivered).toHaveLength(1);
		expect(postfix.flushed).not.toContain(theirs);
	});

	test("that its owner put on hold, or that goes elsewhere, is not touched", async () => {
		const { postfix, start } = world("anna");
		postfix.addHome("elsewhere.test", "192.0.2.1");
		postfix.deferred("someone@elsewhere.test");
		const held = postfix.deferred("someone@anna.example");
		postfix.mails.get(held)!.queue_name = "hold";
		start();
		await pass(5 * minute);
		expect(postfix.flushed).toEqual([]);
	});
});

describe("Postfix is not made to spin", () => {
	test("by a home that refuses a mail for now: it is tried at growing intervals, and told of", async () => {
		const { postfix, start, link, health } = world("anna");
		link("anna").refusal = "450 4.2.0 greylisted";
		start();
		postfix.arrive("someone@anna.example");
		await pass(60 * minute);
		expect(postfix.flushed.length).toBeLessThan(20);
		expect(health.has(mailStays, "anna")).toBe(true);
		expect(health.list()[0]?.text).toContain("greylisted");
		expect(health.list()[0]?.text).toContain(
			"the home anna takes mail from strangers only at the second try",
		);
		expect(health.list()[0]?.remedy).toContain("Postfix tries again by itself");
		link("anna").refusal = undefined;
		await pass(11 * minute);
		expect(postfix.delivered).toHaveLength(1);
		expect(health.list()).toEqual([]);
	});

	test("by a home that comes and goes and takes nothing", async () => {
		const { postfix, start, link, leave, comeBack } = world("anna");
		link("anna").refusal = "451 4.3.0 not now";
		const queue = start();
		postfix.arrive("someone@anna.example");
		await pass(1 * second);
		for (let round = 0; round < 360; round += 1) {
			leave(queue, "anna");
			await pass(5 * second);
			comeBack(queue, "anna");
			await pass(5 * second);
		}
		// An hour, with 360 returns.
		expect(postfix.flushed.length).toBeLessThan(150);
	});

	test("while nothing waits, nor by mail for homes that are away: the queue is not even listed", async () => {
		const { postfix, start, leave } = world("anna", "bert");
		const queue = start();
		await pass(5 * second);
		const before = postfix.listings;
		await pass(10 * minute);
		expect(postfix.listings - before).toBeLessThanOrEqual(10);
		leave(queue, "bert");
		for (let mail = 0; mail < 50; mail += 1) postfix.arrive("someone@bert.example");
		await pass(30 * second);
		const settled = postfix.listings;
		await pass(10 * minute);
		expect(postfix.listings - settled).toBeLessThanOrEqual(10);
	});
});

test("where nothing tells of deliveries, the queue is listed every ten seconds instead", async () => {
	const { postfix, start, link } = world("anna");
	start({ mark: async () => undefined });
	await pass(1 * minute);
	expect(postfix.listings).toBeGreaterThanOrEqual(5);
	expect(postfix.listings).toBeLessThanOrEqual(8);
	link("anna").server = false;
	postfix.arrive("someone@anna.example");
	await pass(20 * second);
	link("anna").server = true;
	await pass(10 * second);
	expect(postfix.delivered).toHaveLength(1);
});

test("a Postfix that cannot be asked is told of, and looked after again when it can", async () => {
	const { postfix, start, leave, comeBack, health } = world("anna");
	const queue = start();
	leave(queue, "anna");
	postfix.arrive("someone@anna.example");
	await pass(20 * second);
	postfix.broken = true;
	comeBack(queue, "anna");
	await pass(40 * second);
	expect(health.has(queueFailing)).toBe(true);
	postfix.broken = false;
	await pass(40 * second);
	expect(health.has(queueFailing)).toBe(false);
	expect(postfix.delivered).toHaveLength(1);
});

test("what waits is told with its number, since when, and the age of the oldest", async () => {
	const { postfix, start, leave, comeBack } = world("anna", "bert");
	const queue = start();
	await pass(60 * second);
	leave(queue, "anna");
	postfix.arrive("someone@anna.example", "else@anna.example");
	await pass(20 * second);
	postfix.arrive("someone@anna.example");
	await pass(20 * second);
	const told = queue.waiting("anna")!;
	expect(told.mails).toBe(2);
	expect(told.oldest).toBe("2026-01-01T00:01:00.000Z");
	const since = Date.parse(told.since) - Date.parse(told.oldest);
	expect(since).toBeGreaterThanOrEqual(5 * second);
	expect(since).toBeLessThan(10 * second);
	expect(queue.waiting("bert")).toBeUndefined();
	comeBack(queue, "anna");
	await pass(10 * second);
	expect(queue.waiting("anna")).toBeUndefined();
});

test("a home that is served no more is forgotten with all that was said of it", async () => {
	const { postfix, start, link, health, homes } = world("anna");
	const queue = start();
	link("anna").server = false;
	postfix.arrive("someone@anna.example");
	await pass(30 * second);
	expect(health.has(mailServerSilent)).toBe(true);
	homes.delete("anna");
	await pass(2 * minute);
	expect(health.list()).toEqual([]);
	expect(queue.waiting("anna")).toBeUndefined();
});

describe("a home that is invited and has not joined", () => {
	test("has waiting mail too, which is told from the first look on", async () => {
		const { postfix, start } = world("anna");
		const homeOf = (domain: string) => (domain === "invited.example" ? "bert" : undefined);
		let told: string[][] = [];
		const queue = start({ homeOf, onChange: () => told.push(queue.withMail()) });
		await pass(3 * second);
		expect(told).toEqual([[]]);
		told = [];
		postfix.addHome("invited.example", "10.86.0.9").line = false;
		const id = postfix.arrive("someone@invited.example");
		await pass(30 * second);
		expect(told).toEqual([["bert"]]);
		expect(postfix.flushed).toEqual([]);
		postfix.mails.delete(id);
		await pass(2 * minute);
		expect(queue.withMail()).toEqual([]);
	});
});
