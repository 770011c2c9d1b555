import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { HeimwegError } from "../../shared/errors.ts";
import { condition, Health } from "../../shared/health.ts";
import {
	type Channel,
	createNotifier,
	type Notice,
	type NotifierState,
	notifyFailing,
} from "../../shared/notify.ts";
import { silent } from "./silent.ts";

const seconds = 1_000;
const minutes = 60 * seconds;
const hours = 60 * minutes;

const kind = (code: string, visibleAfter: number, severity: "error" | "warning" = "warning") =>
	condition<string>({
		code,
		severity,
		title: `title of ${code}`,
		visibleAfter,
		text: (t) => t,
		remedy: () => "act",
	});
const soon = kind("a.soon", 0);
const slow = kind("a.slow", 5 * minutes);
const grave = kind("a.grave", 0, "error");

beforeEach(() => {
	vi.useFakeTimers({ now: Date.parse("2026-01-01T00:00:00Z") });
});
afterEach(() => {
	vi.useRealTimers();
});

interface Sent {
	notices: Notice[];
	more: number;
}

function stage(changes: Partial<Channel> = {}, kept: { value?: NotifierState } = {}) {
	const health = new Health(silent);
	const sent: Sent[] = [];
	let broken: Error | undefined;
	let tries = 0;
	const notifier = createNotifier({
		channel: {
			name: "notify.command",
			batch: false,
			visibleAfter: ({ visibleAfter }) => visibleAfter,
			async send(notices, more) {
				tries += 1;
				if (broken) throw broken;
				sent.push({ notices: [...notices], more });
			},
			...changes,
		},
		state: {
			read: async () => kept.value,
			write: async (value) => {
				kept.value = structuredClone(value);
			},
			stop() {},
		},
		health,
		log: silent,
	});
	return {
		...{ health, sent, notifier, kept },
		said: () => sent.flatMap(({ notices }) => notices.map((n) => `${n.event} ${n.code} ${n.subject}`.trim())),
		tries: () => tries,
		breakWith(error: Error | undefined) {
			broken = error;
		},
	};
}

const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);

test("a condition is told of once it has lasted its quiet time, and its end with how long it lasted", async () => {
	const { health, sent, said, notifier } = stage();
	await notifier.start();
	health.set(slow, "anna", "it is slow");
	await pass(5 * minutes - 1);
	expect(sent).toEqual([]);
	await pass(2 * seconds);
	expect(sent[0]).toEqual({
		more: 0,
		notices: [
			{
				...{
					event: "begins",
					code: "a.slow",
					subject: "anna",
					severity: "warning",
					title: "title of a.slow",
				},
				...{ text: "it is slow", remedy: "act", since: "2026-01-01T00:00:00.000Z" },
			},
		],
	});
	health.set(slow, "anna", "it is slower");
	await pass(1 * minutes - 2 * seconds + 1);
	health.clear(slow, "anna");
	await pass(1 * seconds);
	expect(said()).toEqual(["begins a.slow anna", "ends a.slow anna"]);
	expect(sent[1]?.notices[0]).toMatchObject({
		text: "over after 6 min: title of a.slow (anna)",
		ended: "2026-01-01T00:06:00.000Z",
		lasted: 360,
	});
	await notifier.stop();
});

test("what is over within its quiet time bothers nobody, however often it comes", async () => {
	const { health, sent, notifier } = stage();
	await notifier.start();
	for (let again = 0; again < 10; again += 1) {
		health.set(slow, "", "now and then");
		await pass(4 * minutes);
		health.clear(slow);
		await pass(4 * minutes);
	}
	expect(sent).toEqual([]);
	await notifier.stop();
});

test("what held before the start is told of too, and nothing after the stop", async () => {
	const { health, said, notifier } = stage();
	health.set(soon, "early", "held already");
	await notifier.start();
	await pass(1 * seconds);
	expect(said()).toEqual(["begins a.soon early"]);
	await notifier.stop();
	health.set(soon, "late", "too late");
	await pass(1 * hours);
	expect(said()).toHaveLength(1);
});

test("at most six times an hour, errors first, and the rest is told when there is room, as it is by then", async () => {
	const { health, sent, said, notifier } = stage();
	await notifier.start();
	for (let number = 1; number <= 8; number += 1) health.set(soon, `${number}`, "broken");
	health.set(grave, "", "very broken");
	await pass(59 * minutes);
	expect(said()).toEqual(["begins a.grave", ...[1, 2, 3, 4, 5].map((number) => `begins a.soon ${number}`)]);
	expect(sent.at(-1)?.more).toBe(3);
	health.clear(soon, "7");
	health.clear(soon, "1");
	health.set(soon, "1", "broken again");
	await pass(2 * minutes);
	expect(said().slice(6)).toEqual(["begins a.soon 6", "begins a.soon 8"]);
	await notifier.stop();
});

test("a condition that comes and goes all day is told of six times in each hour at most", async () => {
	const { health, sent, notifier } = stage();
	await notifier.start();
	for (let again = 0; again < 24 * 60; again += 1) {
		health.set(soon, "", "flaps");
		await pass(30 * seconds);
		health.clear(soon);
		await pass(30 * seconds);
	}
	expect(sent.length).toBeGreaterThan(24 * 5);
	expect(sent.length).toBeLessThanOrEqual(24 * 6);
	await notifier.stop();
});

test("a channel that batches gets everything that is due at once", async () => {
	const { health, sent, said, notifier } = stage({ batch: true });
	await notifier.start();
	for (const home of ["anna", "bert", "carl"]) health.set(soon, home, "away");
	await pass(1 * seconds);
	expect(sent).toHaveLength(1);
	expect(said()).toEqual(["begins a.soon anna", "begins a.soon bert", "begins a.soon carl"]);
	await notifier.stop();
});

test("what begins or ends for hundreds of homes is one notice with a count, and each counts as told", async () => {
	const { health, sent, notifier, kept } = stage();
	await notifier.start();
	for (let n = 0; n < 500; n++) health.set(grave, `home-${n}`, "away");
	await pass(2 * seconds);
	expect(sent).toMatchObject([{ more: 0, notices: [{ code: "a.grave", subject: "", count: 500 }] }]);
	expect(kept.value!.told).toHaveLength(500);
	health.clear(grave);
	await pass(2 * seconds);
	expect(sent[1]).toMatchObject({ more: 0, notices: [{ event: "ends", count: 500 }] });
	expect(kept.value!.told).toEqual([]);
	await notifier.stop();
});

test("only what the channel cares for is told of, after the channel's own quiet time", async () => {
	const { health, said, notifier } = stage({
		visibleAfter: ({ code }) => (code === "a.slow" ? 15 * minutes : undefined),
	});
	await notifier.start();
	health.set(soon, "", "not for you");
	health.set(slow, "", "for you");
	await pass(15 * minutes - 1);
	expect(said()).toEqual([]);
	await pass(2 * seconds);
	expect(said()).toEqual(["begins a.slow"]);
	await notifier.stop();
});

test("a channel that fails is a condition until it works; it is tried again and loses nothing", async () => {
	const { health, said, tries, notifier, breakWith } = stage();
	await notifier.start();
	breakWith(new HeimwegError('"/bin/tell" failed: no network', { remedy: "mend it" }));
	health.set(soon, "", "something");
	await pass(1 * seconds);
	expect(health.list().find((c) => c.code === notifyFailing.code)).toMatchObject({
		subject: "notify.command",
		text: expect.stringContaining("no network"),
		remedy: "mend it",
	});
	await pass(3 * hours);
	expect(tries()).toBeGreaterThan(3 * 5);
	expect(tries()).toBeLessThanOrEqual(3 * 6 + 1);
	breakWith(undefined);
	await pass(10 * minutes);
	expect(said()).toEqual(["begins a.soon"]);
	expect(health.has(notifyFailing)).toBe(false);
	await notifier.stop();
});

test("a channel does not tell of its own failure, and does of another's", async () => {
	const { health, said, notifier } = stage();
	await notifier.start();
	health.set(notifyFailing, "notify.command", { error: "no" });
	health.set(notifyFailing, "notify.mail", { error: "no" });
	await pass(1 * hours);
	expect(said()).toEqual(["begins notify.failing notify.mail"]);
	await notifier.stop();
});

test("after a restart nobody is told again of what was told, and the end of what ended meanwhile is told", async () => {
	const kept: { value?: NotifierState } = {};
	const first = stage({}, kept);
	await first.notifier.start();
	first.health.set(soon, "lasts", "broken");
	first.health.set(soon, "ends", "broken");
	await pass(1 * minutes);
	await first.notifier.stop();

	const second = stage({}, kept);
	await second.notifier.start();
	await pass(1 * minutes);
	second.health.set(soon, "lasts", "broken");
	await pass(10 * minutes);
	expect(second.said()).toEqual(["ends a.soon ends"]);
	await second.notifier.stop();
});

test("a program that is started again and again does not tell more often for it", async () => {
	const kept: { value?: NotifierState } = {};
	let told = 0;
	for (let start = 0; start < 30; start += 1) {
		const { health, sent, notifier } = stage({}, kept);
		await notifier.start();
		health.set(soon, `${start}`, "another thing each time");
		await pass(1 * minutes);
		await notifier.stop();
		told += sent.length;
	}
	expect(told).toBe(6);
});

test("a clock that was a day ahead and is corrected does not silence it for a day", async () => {
	const kept = { value: { told: [], sent: Array.from({ length: 6 }, () => Date.now() + 24 * hours) } };
	const { health, said, notifier } = stage({}, kept);
	await notifier.start();
	health.set(soon, "", "something");
	await pass(2 * seconds);
	expect(said()).toEqual(["begins a.soon"]);
	await notifier.stop();
});

test("somebody who was told of one is not told that it is over when another took its place", async () => {
	const { health, sent, notifier } = stage();
	await notifier.start();
	health.set(grave, "", "broken");
	await vi.advanceTimersByTimeAsync(2 * seconds);
	health.set(soon, "", "broken otherwise");
	health.clear(grave, "", soon);
	await vi.advanceTimersByTimeAsync(2 * minutes);
	const end = sent.flatMap(({ notices }) => notices).find(({ event }) => event === "ends");
	expect(end?.text).toMatch(/^after \d+ s another: title of a\.grave; now: title of a\.soon$/);
	await notifier.stop();
});

test("what follows from another is not told beside it, and is told when it lasts longer", async () => {
	const follows = condition<string>({ ...kind("a.follows", 0), dependsOn: [grave.code] });
	const { health, said, notifier } = stage();
	await notifier.start();
	health.set(grave, "", "broken");
	health.set(follows, "", "no name resolves");
	await vi.advanceTimersByTimeAsync(10 * minutes);
	expect(said()).toEqual(["begins a.grave"]);
	health.clear(grave);
	await vi.advanceTimersByTimeAsync(10 * minutes);
	expect(said().sort()).toEqual(["begins a.follows", "begins a.grave", "ends a.grave"]);
	await notifier.stop();
});
