import { expect, test } from "vitest";
import { bucket, keyedRate, type RateLimit, recent, waitForRoom } from "../../shared/rate.ts";
import { HOUR, MINUTE, SECOND } from "../../shared/time.ts";

/** The moments of those tries, made one after the other, that were granted. */
function granted(tries: readonly number[], take: (now: number) => boolean): number[] {
	return tries.filter((now) => take(now));
}
const eachSecond = (from: number, to: number) =>
	Array.from({ length: to - from + 1 }, (_, second) => (from + second) * SECOND);

test.each([
	[
		"3, and 1 each 5 minutes",
		{ most: 3, every: 300_000 },
		[0, 1, 2, 3, 299_999, 300_000, 300_001, 599_999, 600_000, 2_000_000, 2_000_001, 2_000_002, 2_000_003],
		[0, 1, 2, 300_000, 600_000, 2_000_000, 2_000_001, 2_000_002],
	],
	["2, and 5 a second", { most: 2, every: 200 }, [0, 0, 0, 199, 200, 300, 400, 401], [0, 0, 200, 400]],
	[
		"1, and 1 a minute",
		{ most: 1, every: 60_000 },
		[0, 59_999, 60_000, 119_999, 120_000],
		[0, 60_000, 120_000],
	],
])("a bucket of %s grants at exactly these times", (_, size, tries, expected) => {
	expect(granted(tries, bucket(size).take)).toEqual(expected);
});

test("a bucket of a home's pulses lets 150 through at once, and then 5 a second", () => {
	const { take } = bucket({ most: 150, every: 200 });
	const flood = Array.from({ length: 3_000 }, (_, i) => i * 10);
	expect(granted(flood, take)).toHaveLength(150 + 149);
});

test.each<[string, RateLimit[], number[], number, number]>([
	["nothing was done", [{ count: 1, window: MINUTE }], [], 5 * MINUTE, 0],
	["one of two was done", [{ count: 2, window: MINUTE }], [5_000], 6_000, 0],
	["both were done", [{ count: 2, window: MINUTE }], [5_000, 6_000], 7_000, 58_000],
	["the first of both is just over", [{ count: 2, window: MINUTE }], [5_000, 6_000], 65_000, 0],
	["six of six, an hour", [{ count: 6, window: HOUR }], [0, 1, 2, 3, 4, 5], 1_000, 3_599_000],
	[
		"a request after 1.5 s, and a third after 20 s",
		[
			{ count: 1, window: 1_500 },
			{ count: 2, window: 20_000 },
		],
		[0, 1_500],
		1_600,
		18_400,
	],
	["the clock was set back", [{ count: 2, window: MINUTE }], [9e9, 9e9], 1_000, MINUTE],
])("%s: the wait is right", (_, limits, times, now, wait) => {
	expect(waitForRoom(times, limits, now)).toBe(wait);
});

test("times of before the clock was set back count as now, or are forgotten", () => {
	const limits = [{ count: 2, window: MINUTE }];
	expect(recent([1_000, 9e9], limits, 30_000)).toEqual([1_000, 30_000]);
	expect(recent([1_000, 9e9], limits, 30_000, { forget: true })).toEqual([1_000]);
});

test("of each key so many are taken; what is refused does not count, and who is gone is forgotten", () => {
	let now = 0;
	const rate = keyedRate([{ count: 60, window: MINUTE }], () => now);
	const taken = (key: string, times: number[]) =>
		times.filter((time) => {
			now = time;
			return rate.take(key);
		}).length;
	const halfSeconds = eachSecond(0, 59).flatMap((time) => [time, time + 500]);
	expect(taken("anna", halfSeconds)).toBe(60);
	expect(taken("bert", [59_000])).toBe(1);
	expect(taken("anna", [59_999])).toBe(0);
	expect(taken("anna", [60_000, 60_100])).toBe(1);
	rate.keep(["bert"]);
	expect(taken("anna", [60_200])).toBe(1);
});
