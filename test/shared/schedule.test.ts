import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { cronSchema } from "../../shared/common-config.ts";
import { onSchedule } from "../../shared/schedule.ts";

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
