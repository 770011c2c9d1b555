import { setImmediate as macrotask } from "node:timers/promises";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createDuty, type DutyOptions, type DutyRun } from "../../shared/duty.ts";
import { HeimwegError } from "../../shared/errors.ts";
import { failing, silent, silentHealth } from "./silent.ts";

// AbortSignal.timeout is not faked, so deadlines here are real and those that must pass are a few milliseconds long.
beforeEach(() => vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] }));
afterEach(() => vi.useRealTimers());

/** A duty whose runs end when the test says so, and that knows whether two ever overlapped. */
function heldDuty(options: Partial<DutyOptions> = {}) {
	const health = silentHealth();
	const runs: Array<{ subjects: string[]; run: DutyRun; end: () => void; fail: (error: unknown) => void }> =
		[];
	let active = 0;
	let most = 0;
	const duty = createDuty({
		name: "held",
		deadline: 60_000,
		backoff: { first: 1_000, max: 60_000 },
		failing,
		health,
		log: silent,
		run(run) {
			active += 1;
			most = Math.max(most, active);
			return new Promise<void>((resolve, reject) => {
				runs.push({ subjects: [...run.subjects].sort(), run, end: resolve, fail: reject });
			}).finally(() => {
				active -= 1;
			});
		},
		...options,
	});
	return { duty, runs, health, most: () => most };
}

/** Lets everything that is ready happen. */
async function flush() {
	for (let round = 0; round < 3; round++) await macrotask();
}

test("what is poked before a duty is allowed to run is kept, and run for once it is", async () => {
	let allowed = false;
	const { duty, runs } = heldDuty({ allowed: () => allowed });
	duty.poke("a");
	duty.poke("b", { urgent: true });
	await vi.advanceTimersByTimeAsync(120_000);
	await flush();
	expect(runs).toEqual([]);
	allowed = true;
	duty.poke("c");
	await flush();
	expect(runs.map((run) => run.subjects)).toEqual([["a", "b", "c"]]);
	runs[0]!.end();
	await duty.settled();
});

test("pokes before and during a run fold into one more run over all that was poked", async () => {
	const { duty, runs, most } = heldDuty();
	duty.poke("a");
	duty.poke("b");
	await flush();
	for (const subject of ["c", "d", "c", "e"]) duty.poke(subject);
	await flush();
	const during = runs.length;
	for (const run of runs) run.end();
	await flush();
	for (const run of runs) run.end();
	await duty.settled();
	expect(during).toBe(1);
	expect(runs.map((run) => run.subjects)).toEqual([
		["a", "b"],
		["c", "d", "e"],
	]);
	expect(most()).toBe(1);
});

test("a run that pokes its own duty before its first wait does not run twice at once", async () => {
	let active = 0;
	let most = 0;
	let runs = 0;
	const duty = createDuty({
		name: "self-poking",
		deadline: 60_000,
		failing,
		health: silentHealth(),
		log: silent,
		async run() {
			active += 1;
			most = Math.max(most, active);
			runs += 1;
			if (runs < 3) duty.poke("again", { urgent: true });
			await macrotask();
			active -= 1;
		},
	});
	duty.poke();
	await duty.settled();
	expect({ most, runs }).toEqual({ most: 1, runs: 3 });
});

test("a poke without subjects means all of them as they are at that moment, and none means no run", async () => {
	const all = ["a", "b"];
	const { duty, runs } = heldDuty({ allSubjects: () => all });
	duty.poke();
	await flush();
	expect(runs[0]?.subjects).toEqual(["a", "b"]);
	runs[0]?.end();
	await duty.settled();
	duty.poke([]);
	await flush();
	expect(runs).toHaveLength(1);
});

test("failed runs are tried again after growing waits, same subjects, while the condition holds", async () => {
	const { duty, runs, health } = heldDuty({ backoff: { first: 1_000, max: 3_000 } });
	duty.poke("a");
	for (const wait of [1_000, 2_000, 3_000, 3_000]) {
		await flush();
		const before = runs.length;
		runs.at(-1)?.fail(new HeimwegError("no"));
		await flush();
		expect(health.has(failing)).toBe(true);
		await vi.advanceTimersByTimeAsync(wait - 1);
		await flush();
		expect(runs.length).toBe(before);
		await vi.advanceTimersByTimeAsync(1);
		await flush();
		expect(runs.length).toBe(before + 1);
		expect(runs.at(-1)?.subjects).toEqual(["a"]);
	}
	runs.at(-1)?.end();
	await duty.settled();
	expect(health.list()).toEqual([]);
});

test("during a backoff a plain poke waits, keeps its subject, and news ends the wait", async () => {
	const { duty, runs } = heldDuty({ backoff: { first: 30_000, max: 60_000 } });
	duty.poke("a");
	await flush();
	runs[0]?.fail(new Error("no"));
	await flush();
	duty.poke("b");
	await vi.advanceTimersByTimeAsync(29_000);
	await flush();
	expect(runs).toHaveLength(1);
	duty.poke("c", { urgent: true });
	await flush();
	expect(runs[1]?.subjects).toEqual(["a", "b", "c"]);
});

test("news that comes during a run that then fails is acted upon at once, but only once", async () => {
	const { duty, runs } = heldDuty({ backoff: { first: 30_000, max: 60_000 } });
	duty.poke("a");
	await flush();
	duty.poke("a", { urgent: true });
	runs[0]?.fail(new Error("the line went down under us"));
	await flush();
	expect(runs).toHaveLength(2);
	runs[1]?.fail(new Error("no"));
	await flush();
	expect(runs).toHaveLength(2);
	await vi.advanceTimersByTimeAsync(30_000);
	await flush();
	expect(runs).toHaveLength(3);
});

test("a run whose failures are caused by news of its own making does not spin", async () => {
	let runs = 0;
	const duty = createDuty({
		name: "noisy",
		deadline: 60_000,
		backoff: { first: 1_000, max: 60_000 },
		failing,
		health: silentHealth(),
		log: silent,
		async run() {
			runs += 1;
			duty.poke("", { urgent: true });
			throw new Error("no");
		},
	});
	duty.poke();
	await flush();
	await vi.advanceTimersByTimeAsync(10_000);
	expect(runs).toBeLessThan(25);
	await duty.stop();
});

test("no poke ends a wait that the other side demanded, not even news before or during it", async () => {
	const { duty, runs } = heldDuty();
	duty.poke("a");
	await flush();
	duty.poke("a", { urgent: true });
	runs[0]?.fail(new HeimwegError("429", { retryAfter: 90_000 }));
	await flush();
	duty.poke("b", { urgent: true });
	duty.poke(undefined, { urgent: true });
	await vi.advanceTimersByTimeAsync(89_999);
	await flush();
	expect(runs).toHaveLength(1);
	await vi.advanceTimersByTimeAsync(1);
	await flush();
	expect(runs[1]?.subjects).toEqual(["", "a", "b"]);
	runs[1]?.fail(new Error("another reason"));
	await flush();
	duty.poke("c", { urgent: true });
	await flush();
	expect(runs).toHaveLength(3);
});

test.each([Number.NaN, -5_000, Number.POSITIVE_INFINITY, 1e15])(
	"a demanded wait of %s milliseconds neither spins nor runs early",
	async (retryAfter) => {
		const { duty, runs } = heldDuty();
		duty.poke();
		await flush();
		runs[0]?.fail(new HeimwegError("429", { retryAfter }));
		await flush();
		await vi.advanceTimersByTimeAsync(999);
		await flush();
		expect(runs).toHaveLength(1);
		expect(vi.getTimerCount()).toBe(1);
		await duty.stop();
	},
);

test("the deadline interrupts a run, and the condition says how long it had", async () => {
	const health = silentHealth();
	const duty = createDuty({
		name: "slow",
		deadline: 20,
		failing,
		health,
		log: silent,
		run: ({ signal }) =>
			new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
	});
	duty.poke();
	await vi.waitFor(() => expect(health.list()[0]?.text).toContain("slow did not end within 0.02 s"));
	await duty.stop();
});

test("only a run that goes on after its deadline makes a duty overdue; one that failed in time does not", async () => {
	let now = 0;
	const { duty, runs } = heldDuty({ deadline: 10_000, now: () => now });
	expect(duty.overdue()).toBe(false);
	duty.poke();
	await flush();
	now = 14_000;
	expect(duty.overdue()).toBe(false);
	now = 16_000;
	expect(duty.overdue()).toBe(true);
	runs[0]?.fail(new Error("late"));
	await flush();
	now = 1_000_000;
	expect(duty.overdue()).toBe(false);
	await duty.stop();
});

test("stop interrupts the run, waits for its end, and no poke starts another", async () => {
	const { duty, runs, health } = heldDuty();
	duty.poke();
	await flush();
	let stopped = false;
	const stop = duty.stop().then(() => {
		stopped = true;
	});
	await flush();
	expect(runs[0]?.run.signal.aborted).toBe(true);
	expect(stopped).toBe(false);
	duty.poke("late", { urgent: true });
	runs[0]?.fail(new Error("interrupted"));
	await stop;
	await duty.settled();
	await vi.advanceTimersByTimeAsync(1e6);
	expect(runs).toHaveLength(1);
	expect(health.list()).toEqual([]);
});

test("stop during a backoff ends it; whoever waits for the duty to settle is let go, before and after", async () => {
	const { duty, runs } = heldDuty();
	duty.poke("a");
	await flush();
	runs[0]?.fail(new Error("no"));
	await flush();
	const settled = duty.settled();
	await duty.stop();
	await settled;
	await duty.settled();
	await vi.advanceTimersByTimeAsync(1e6);
	expect(runs).toHaveLength(1);
});

test("a duty that is stopped right after a poke does not run", async () => {
	const { duty, runs } = heldDuty();
	duty.poke();
	await duty.stop();
	await flush();
	expect(runs.filter((run) => !run.run.signal.aborted)).toEqual([]);
});

test("what is thrown may be anything; its remedy reaches the condition, and the next success clears it", async () => {
	const { duty, runs, health } = heldDuty();
	duty.poke();
	await flush();
	runs[0]?.fail("a string");
	await flush();
	expect(health.list()[0]).toMatchObject({ text: "the work fails: a string", remedy: "look at the work" });
	duty.poke("", { urgent: true });
	await flush();
	runs[1]?.fail(new HeimwegError("no wg", { remedy: "install it" }));
	await flush();
	expect(health.list()[0]).toMatchObject({ text: "the work fails: no wg", remedy: "install it" });
	await duty.stop();
});
