import { getEventListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { pause, within } from "../../shared/signal.ts";

const listeners = (signal: AbortSignal) => getEventListeners(signal, "abort").length;

test("a limit fires at its deadline, as a time-out", async () => {
	const outer = new AbortController();
	const limit = within(outer.signal, 10);
	expect(limit.signal.aborted).toBe(false);
	await sleep(30);
	expect(limit.signal.reason).toMatchObject({ name: "TimeoutError" });
	expect(limit.late()).toBe(true);
	expect(listeners(outer.signal)).toBe(0);
});

test("a limit fires with the signal around it, with its reason, also when that has fired before", () => {
	const outer = new AbortController();
	const before = within(outer.signal, 10_000);
	outer.abort("the program stops");
	const after = within(outer.signal, 10_000);
	for (const { signal, late } of [before, after]) {
		expect(signal.reason).toBe("the program stops");
		expect(late()).toBe(false);
	}
	expect(listeners(outer.signal)).toBe(0);
});

test("a limit that was ended never fires, and needs no signal around it", async () => {
	const limits = [within(undefined, 5), within(new AbortController().signal, 5)];
	for (const { end } of limits) end();
	await sleep(20);
	expect(limits.map(({ signal }) => signal.aborted)).toEqual([false, false]);
});

test("a pause ends at its time, or with the signal, and leaves nothing on it", async () => {
	const ending = new AbortController();
	await pause(5, ending.signal);
	const long = pause(60_000, ending.signal);
	expect(listeners(ending.signal)).toBe(1);
	ending.abort();
	await long;
	await pause(60_000, ending.signal);
	expect(listeners(ending.signal)).toBe(0);
});

test("20,000 limits on one lasting signal leave nothing on it", () => {
	const outer = new AbortController();
	for (let count = 0; count < 20_000; count += 1) within(outer.signal, 60_000).end();
	expect(listeners(outer.signal)).toBe(0);
});
