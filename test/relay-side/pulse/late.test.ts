import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { fallsBehind, homeAway } from "../../../relay-side/pulse/conditions.ts";
import { createPresence } from "../../../relay-side/pulse/presence.ts";
import { Health } from "../../../shared/health.ts";
import { SECOND } from "../../../shared/time.ts";
import { silent as log } from "../../shared/silent.ts";

/** What waits for the loop's next turn. */
let nextTurn: Array<() => void> = [];

beforeEach(() => {
	nextTurn = [];
	vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "Date"] });
	vi.stubGlobal("setImmediate", (act: (...given: unknown[]) => void, ...given: unknown[]) =>
		nextTurn.push(() => act(...given)),
	);
});
afterEach(() => {
	vi.useRealTimers();
	vi.unstubAllGlobals();
});

/** Milliseconds of the loop's looks. */
const step = SECOND / 2;

/**
 * A relay whose loop can be blocked: work takes time, pulses wait in a socket that holds few of them, and looks come when
 * the loop is free again. Times are simulated.
 */
function relayOf(count: number, { room = Number.POSITIVE_INFINITY, perPulse = 0, perChange = 0 } = {}) {
	let time = 0;
	let due = step;
	let changes = 0;
	/** Since the socket was read, and the most of these. */
	let unread = 0;
	let mostUnread = 0;
	const health = new Health(log);
	const socket: string[] = [];
	const homes = Array.from({ length: count }, (_, n) => `home-${n}`);
	/** When each sends its next pulse. */
	const sends = new Map(homes.map((home, n) => [home, (n / count) * SECOND]));
	const read = () => {
		unread = 0;
		for (const home of socket.splice(0)) {
			time += perPulse;
			presence.pulse(home, SECOND);
		}
	};
	const presence = createPresence({
		health,
		log,
		onChange() {
			changes += 1;
			unread += 1;
			mostUnread = Math.max(mostUnread, unread);
			time += perChange;
		},
		caughtUp(then) {
			arrive();
			read();
			then();
		},
		now: () => time,
	});
	presence.keep(new Set(homes));
	presence.start();
	changes = 0;
	mostUnread = 0;

	/** What was sent until now waits, as far as there is room. */
	function arrive(): void {
		for (const [home, at] of sends) {
			let next = at;
			for (; next <= time; next += SECOND) if (socket.length < room) socket.push(home);
			sends.set(home, next);
		}
	}

	/** The loop runs until then. */
	function until(end: number): void {
		while (time < end) {
			arrive();
			read();
			if (time >= due) {
				vi.advanceTimersByTime(step);
				due = Math.max(due + step, time);
			}
			for (const act of nextTurn.splice(0)) act();
			time += 10;
		}
	}

	return {
		until,
		health,
		presence,
		homes,
		block: (milliseconds: number) => {
			time += milliseconds;
		},
		silence: (home: string) => sends.set(home, Number.POSITIVE_INFINITY),
		away: () => homes.filter((home) => !presence.of(home).here),
		/** Milliseconds that each change takes from now on. */
		work(milliseconds: number) {
			perChange = milliseconds;
			mostUnread = 0;
		},
		changes: () => changes,
		mostUnread: () => mostUnread,
	};
}

test("a pause of ten seconds makes no home go, also when all its pulses were lost", () => {
	for (const room of [Number.POSITIVE_INFINITY, 10, 1]) {
		const relay = relayOf(20, { room });
		relay.until(10 * SECOND);
		expect(relay.away()).toEqual([]);
		const before = relay.changes();
		for (let round = 1; round <= 5; round++) {
			relay.block(10 * SECOND);
			relay.until(10 * SECOND + round * 12 * SECOND);
		}
		expect([relay.changes() - before, relay.away()]).toEqual([0, []]);
		expect(relay.health.has(homeAway)).toBe(false);
	}
});

test("a home that falls silent around a pause is away as soon as three of its pulses were missed", () => {
	const relay = relayOf(3);
	relay.until(10 * SECOND);
	relay.silence("home-1");
	relay.block(10 * SECOND);
	relay.until(22 * SECOND);
	expect(relay.away()).toEqual([]);
	relay.until(25 * SECOND);
	expect(relay.away()).toEqual(["home-1"]);
});

test("one pause does not end in a spiral of homes that go, the work of that, and the next pause", () => {
	const relay = relayOf(500, { room: 70, perPulse: 0.4, perChange: 20 });
	// All come at once: that is work, too.
	relay.until(60 * SECOND);
	expect(relay.away()).toEqual([]);
	const before = relay.changes();
	relay.block(5 * SECOND);
	relay.until(130 * SECOND);
	expect(relay.changes() - before).toBe(0);
	expect(relay.away()).toEqual([]);
});

test("who stands still again and again says so, and says when that is over", () => {
	const relay = relayOf(2);
	for (let round = 1; round <= 20; round++) {
		relay.block(2 * SECOND);
		relay.until(round * 4 * SECOND);
	}
	expect(relay.health.list()).toMatchObject([
		{ code: "pulse.behind", text: expect.stringMatching(/stood still for about \d0 s of the last minute/) },
	]);
	relay.until(150 * SECOND);
	expect(relay.health.has(fallsBehind)).toBe(false);
});

test("thousands that fall silent at once are told in slices, and pulses of the others are heard between", () => {
	const relay = relayOf(1_000);
	relay.until(10 * SECOND);
	relay.work(1);
	for (const home of relay.homes.slice(0, 900)) relay.silence(home);
	const before = relay.changes();
	relay.until(40 * SECOND);
	expect(relay.away()).toHaveLength(900);
	expect(relay.changes() - before).toBe(900);
	expect(relay.mostUnread()).toBeLessThan(20);
});
