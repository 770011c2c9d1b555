import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type CheckinTimes, checkinTimes } from "../../../agent/relay/checkin-times.ts";
import { MINUTE, SECOND } from "../../../shared/time.ts";

let times: CheckinTimes;
let acted: number[];

beforeEach(() => {
	vi.useFakeTimers({ toFake: ["performance", "setTimeout", "clearTimeout"] });
	acted = [];
});
afterEach(() => {
	times.stop();
	vi.useRealTimers();
});

function begin(jitter = 0.5): void {
	const began = performance.now();
	times = checkinTimes(jitter, () => acted.push(performance.now() - began));
	times.start();
}

test("when the relay has something new for us, we check in within a second", () => {
	begin(0.3);
	times.heard(0xffff_ffff);
	times.answered(0xffff_ffff);
	vi.advanceTimersByTime(10 * MINUTE);
	expect(acted).toEqual([]);
	times.heard(1);
	vi.advanceTimersByTime(1 * SECOND);
	expect(acted).toEqual([10 * MINUTE + 300]);
});

test("after a start of the relay, which may have lost what we told it, homes come spread over ten seconds", () => {
	for (const generation of [0x8000_0000, 5]) {
		begin(0.3);
		times.heard(7);
		times.answered(7);
		vi.advanceTimersByTime(1 * MINUTE);
		times.heard(generation);
		vi.advanceTimersByTime(10 * SECOND);
		expect(acted.splice(0)).toEqual([1 * MINUTE + 3_000]);
		times.stop();
	}
});

test("a relay that has said how many its homes are has them come over as long as that takes", () => {
	for (const spread of [1 * SECOND, 30 * SECOND]) {
		begin(0.5);
		times.heard(7);
		times.answered(7, spread);
		vi.advanceTimersByTime(1 * MINUTE);
		times.heard(0x8000_0000);
		vi.advanceTimersByTime(30 * SECOND);
		expect(acted.splice(0)).toEqual([1 * MINUTE + spread / 2]);
		times.stop();
	}
});

test("a relay that answers again hears of us at once, and one that was started anew when it is our turn", () => {
	begin(0.3);
	times.back();
	times.heard(7);
	vi.advanceTimersByTime(1);
	expect(acted.splice(0), "at first contact").toHaveLength(1);
	times.answered(7);
	vi.advanceTimersByTime(1 * MINUTE);
	times.back();
	vi.advanceTimersByTime(1);
	expect(acted.splice(0), "after an outage of the line").toHaveLength(1);
	times.answered(7);
	vi.advanceTimersByTime(1 * MINUTE);
	times.back();
	times.heard(0x8000_0000);
	vi.advanceTimersByTime(2 * SECOND);
	expect(acted, "not yet").toEqual([]);
	times.back();
	times.heard(0x4000_0000);
	vi.advanceTimersByTime(1 * SECOND);
	expect(acted, "nor later for that").toHaveLength(1);
});

test("a generation that a check-in has answered meanwhile is no news, one that came behind it is", () => {
	begin(1);
	times.heard(7);
	times.answered(7);
	vi.advanceTimersByTime(1 * MINUTE);
	expect(acted).toEqual([]);
	times.heard(9);
	times.answered(8);
	vi.advanceTimersByTime(1 * SECOND);
	expect(acted).toHaveLength(1);
});

test("a generation that changes all the time makes one check-in in five seconds", () => {
	begin(0);
	for (let generation = 1; generation <= 300; generation++) {
		times.heard(generation);
		vi.advanceTimersByTime(200);
		times.answered(generation);
	}
	expect(acted.length).toBeGreaterThan(1);
	expect(acted.length).toBeLessThanOrEqual(13);
});

test("regular check-ins come every half an hour, each home's at its own time; in version 1 every 5 minutes", () => {
	const first = (jitter: number, version2: boolean) => {
		begin(jitter);
		if (version2) times.heard(7);
		times.answered(version2 ? 7 : undefined);
		while (acted.length === 0) vi.advanceTimersByTime(1 * SECOND);
		times.stop();
		const [at] = acted.splice(0);
		return at! / MINUTE;
	};
	expect(first(0, true)).toBeCloseTo(22.5);
	expect(first(1, true)).toBeCloseTo(37.5);
	expect(first(0.5, false)).toBeCloseTo(5);
	begin();
	vi.advanceTimersByTime(2 * 60 * MINUTE);
	expect(acted.length, "also while nobody answers").toBe(24);
});
