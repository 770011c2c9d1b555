import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { cronSchema } from "../../shared/common-config.ts";
import { jitterOf } from "../../shared/jitter.ts";
import { onSchedule } from "../../shared/schedule.ts";
import { MINUTE } from "../../shared/time.ts";

beforeEach(() => vi.useFakeTimers({ now: new Date("2030-01-01T00:00:00.500") }));
afterEach(() => vi.useRealTimers());

test("what is scheduled happens at its times, and not after it was ended", async () => {
	const times: string[] = [];
	const end = onSchedule("*/10 * * * * *", () => times.push(new Date().toISOString().slice(17, 19)));
	await vi.advanceTimersByTimeAsync(30_000);
	expect(times).toEqual(["10", "20", "30"]);
	end();
	await vi.advanceTimersByTimeAsync(60_000);
	expect(times).toHaveLength(3);
	expect(vi.getTimerCount()).toBe(0);
});

const localTime = (date: Date) =>
	new Date(date.getTime() - date.getTimezoneOffset() * MINUTE).toISOString().slice(0, 19);

/** The times, local and to the second, at which something scheduled happens. */
function timesOf(expression: string, options?: Parameters<typeof onSchedule>[2]) {
	const times: string[] = [];
	const end = onSchedule(expression, () => times.push(localTime(new Date())), options);
	return { times, end };
}

test("after the clock was set back an hour, times come by what it says then", async () => {
	vi.setSystemTime(new Date("2030-01-01T05:59:00"));
	const { times, end } = timesOf("*/10 * * * *");
	await vi.advanceTimersByTimeAsync(2 * MINUTE);
	expect(times).toEqual(["2030-01-01T06:00:00"]);
	vi.setSystemTime(new Date("2030-01-01T05:01:00"));
	await vi.advanceTimersByTimeAsync(20 * MINUTE);
	expect(times.slice(1)).toEqual(["2030-01-01T05:10:00", "2030-01-01T05:20:00"]);
	end();
});

test("after the clock was set forward 30 days, nothing of what was missed is made up for", async () => {
	vi.setSystemTime(new Date("2030-01-01T00:00:01"));
	const { times, end } = timesOf("* * * * * *");
	await vi.advanceTimersByTimeAsync(2_000);
	expect(times).toHaveLength(2);
	vi.setSystemTime(new Date("2030-01-31T00:00:00.500"));
	await vi.advanceTimersByTimeAsync(3_000);
	expect(times.slice(2)).toEqual(["2030-01-31T00:00:02", "2030-01-31T00:00:03"]);
	end();
});

test("on a machine that boots in 1970, times come once the clock is right", async () => {
	vi.setSystemTime(new Date("1970-01-01T00:00:20"));
	const { times, end } = timesOf("0 6 * * *");
	await vi.advanceTimersByTimeAsync(10_000);
	vi.setSystemTime(new Date("2030-01-01T05:59:30"));
	await vi.advanceTimersByTimeAsync(MINUTE);
	expect(times).toEqual(["2030-01-01T06:00:00"]);
	end();
});

test("a small correction over a time does not make it missed", async () => {
	vi.setSystemTime(new Date("2030-01-01T05:59:50"));
	const { times, end } = timesOf("0 6 * * *");
	vi.setSystemTime(new Date("2030-01-01T06:00:05"));
	await vi.advanceTimersByTimeAsync(MINUTE);
	expect(times).toHaveLength(1);
	end();
});

test("each has a moment of its own after the time, and what waits for it is ended too", async () => {
	vi.setSystemTime(new Date("2030-01-01T05:59:50"));
	const spread = { key: "a key", most: 10 * MINUTE };
	const own = jitterOf(spread.key, spread.most);
	expect(own).toBeGreaterThan(MINUTE);
	const { times, end } = timesOf("0 */6 * * *", { spread });
	await vi.advanceTimersByTimeAsync(10_000 + own - 1_000);
	expect(times).toEqual([]);
	await vi.advanceTimersByTimeAsync(2_000);
	expect(times).toHaveLength(1);
	await vi.advanceTimersByTimeAsync(6 * 60 * MINUTE - MINUTE);
	end();
	await vi.advanceTimersByTimeAsync(20 * MINUTE);
	expect(times).toHaveLength(1);
	expect(vi.getTimerCount()).toBe(0);
});

test("that moment comes before the next time, however close the times are", async () => {
	const { times, end } = timesOf("*/5 * * * * *", { spread: { key: "a key", most: 10 * MINUTE } });
	await vi.advanceTimersByTimeAsync(MINUTE);
	expect(times.length).toBeGreaterThanOrEqual(11);
	end();
});

test.each([
	["17 */6 * * *", true],
	["*/10 * * * * *", true],
	["61 * * * *", false],
	["every day", false],
	["", false],
	["* * * *", false],
])("as a schedule, %j is %s", (text, good) => {
	expect(cronSchema.safeParse(text).success).toBe(good);
});
