import { execFileSync } from "node:child_process";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { every, inTurn } from "../../shared/ticks.ts";

beforeEach(() => vi.useFakeTimers({ now: new Date("2030-01-01T00:00:00") }));
afterEach(() => vi.useRealTimers());

test("ticks come at their period, the first when it was asked for, and none after they were ended", async () => {
	const start = performance.now();
	const times: number[] = [];
	const end = every(10_000, () => times.push(performance.now() - start), { first: 3_000 });
	await vi.advanceTimersByTimeAsync(35_000);
	expect(times).toEqual([3_000, 13_000, 23_000, 33_000]);
	end();
	await vi.advanceTimersByTimeAsync(60_000);
	expect(times).toHaveLength(4);
	expect(vi.getTimerCount()).toBe(0);
});

test.each([
	["back an hour", "2029-12-31T23:00:00"],
	["forward 30 days", "2030-01-31T00:00:00"],
	["back to 1970", "1970-01-01T00:00:10"],
])("a clock that is set %s changes nothing about ticks", async (_, clock) => {
	let ticks = 0;
	const end = every(10_000, () => {
		ticks += 1;
	});
	await vi.advanceTimersByTimeAsync(20_000);
	vi.setSystemTime(new Date(clock));
	await vi.advanceTimersByTimeAsync(20_000);
	expect(ticks).toBe(4);
	end();
});

test("while a call has not ended the next is left out, and a later one comes at its time", async () => {
	const ends: Array<() => void> = [];
	const end = every(10_000, () => new Promise<void>((resolve) => ends.push(resolve)));
	await vi.advanceTimersByTimeAsync(35_000);
	expect(ends).toHaveLength(1);
	ends[0]!();
	await vi.advanceTimersByTimeAsync(10_000);
	expect(ends).toHaveLength(2);
	end();
});

test("a tick that comes late makes the others no later, and what a standstill missed is missed", async () => {
	let stoodStill = 0;
	const clock = performance.now.bind(performance);
	vi.spyOn(performance, "now").mockImplementation(() => clock() + stoodStill);
	const start = performance.now();
	const times: number[] = [];
	// Each call keeps the program busy: no timer comes meanwhile.
	const end = every(100, () => {
		times.push(performance.now() - start);
		stoodStill += times.length === 2 ? 350 : 30;
	});
	await vi.advanceTimersByTimeAsync(520);
	expect(times).toEqual([100, 230, 650, 780, 880, 980]);
	end();
	vi.restoreAllMocks();
});

test("ticks keep no program alive", () => {
	const script = `import { every, inTurn } from "${new URL("../../shared/ticks.ts", import.meta.url).pathname}"; every(1e9, () => {});`;
	execFileSync(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script], {
		timeout: 30_000,
	});
});

test("calls in turn: what is asked for during a call is one more call after it, and none overlap", async () => {
	const ends: Array<{ resolve(): void; reject(error: Error): void }> = [];
	const told: string[] = [];
	const look = inTurn(() => new Promise<void>((resolve, reject) => ends.push({ resolve, reject })));
	void look().then(() => told.push("first"));
	void look().then(() => told.push("second"));
	void look().then(() => told.push("third"));
	expect(ends).toHaveLength(1);
	ends[0]!.resolve();
	await vi.advanceTimersByTimeAsync(0);
	expect([told, ends.length]).toEqual([["first"], 2]);
	look().catch(() => told.push("fourth"));
	expect(ends).toHaveLength(2);
	ends[1]!.resolve();
	await vi.advanceTimersByTimeAsync(0);
	expect([told, ends.length]).toEqual([["first", "second", "third"], 3]);
	ends[2]!.reject(new Error("no answer"));
	await vi.advanceTimersByTimeAsync(0);
	expect(told).toContain("fourth");
	void look();
	expect(ends).toHaveLength(4);
});

test("a call in turn that asks for itself, as by what it tells, is one more call after it", async () => {
	let calls = 0;
	let under = 0;
	let atOnce = 0;
	const look = inTurn(async () => {
		calls += 1;
		under += 1;
		atOnce = Math.max(atOnce, under);
		if (calls === 1) void look();
		await Promise.resolve();
		under -= 1;
	});
	await look();
	await vi.advanceTimersByTimeAsync(0);
	expect([calls, atOnce]).toEqual([2, 1]);
});
