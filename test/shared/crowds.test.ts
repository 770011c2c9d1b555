import { expect, test, vi } from "vitest";
import { Health } from "../../shared/health.ts";
import { createMetrics } from "../../shared/metrics.ts";
import { conditionsIn } from "../../shared/program-status.ts";
import { conditionsText } from "../../shared/status-text.ts";
import { atMostEvery } from "../../shared/ticks.ts";
import { failing, keptLog, silentHealth } from "./silent.ts";

const other = { ...failing, code: "test.other", severity: "warning" as const, blocksMail: false };

function crowded(count: number) {
	const health = silentHealth();
	for (let n = 0; n < count; n++) health.set(failing, `home-${n}`, { error: "no" });
	health.set(other, "anna", { error: "no" });
	return health;
}

test("what holds for thousands is one condition with a count, unless all or one is asked for", () => {
	const health = crowded(10_000);
	const [many, one, ...more] = conditionsIn(health, {});
	expect(more).toEqual([]);
	expect(many).toMatchObject({ code: "test.failing", subject: "", count: 10_000, blocksMail: true });
	expect(many!.subjects).toEqual(["home-0", "home-1", "home-2", "home-3", "home-4"]);
	expect(many!.text).toBe(
		"the work fails: 10000 times, for home-0, home-1, home-2, home-3, home-4 and 9995 more; of home-0: the work fails: no",
	);
	expect(one).toMatchObject({ code: "test.other", subject: "anna" });
	expect(conditionsText(conditionsIn(health, {})).split("\n")).toHaveLength(4);
	expect(conditionsIn(health, { all: true })).toHaveLength(10_001);
	expect(conditionsIn(health, { home: "home-7" })).toMatchObject([{ subject: "home-7" }]);
	expect(conditionsIn(health, { home: "nobody" })).toEqual([]);
});

test("what holds for twenty is said of each", () => {
	expect(conditionsIn(crowded(20), {})).toHaveLength(21);
});

test("errors, and what stops mail, are counted right through sets, changes and ends", () => {
	const health = crowded(3);
	health.set(failing, "home-1", { error: "another" });
	expect([health.errors, health.mailFlows]).toEqual([3, false]);
	expect(health.subjects(failing)).toEqual(["home-0", "home-1", "home-2"]);
	health.clear(failing, "home-1");
	expect(health.errors).toBe(2);
	health.clear(failing);
	expect([health.errors, health.mailFlows, health.has(failing)]).toEqual([0, true, false]);
	expect(health.list()).toMatchObject([{ code: "test.other" }]);
});

test("of thousands that begin or end at once the journal has the first few, and then their number", async () => {
	vi.useFakeTimers();
	const { log, lines } = keptLog();
	const health = new Health(log);
	for (let n = 0; n < 10_000; n++) health.set(failing, `home-${n}`, { error: "no" });
	expect(lines).toHaveLength(20);
	health.clear(failing);
	expect(lines).toHaveLength(40);
	await vi.advanceTimersByTimeAsync(11_000);
	expect(lines.slice(40).map(({ level, msg }) => [level, msg])).toEqual([
		[50, "the same for 9980 more: the work fails"],
		[30, "over for 9980 more: the work fails"],
	]);
	health.set(failing, "home-1", { error: "no" });
	expect(lines).toHaveLength(43);
	vi.useRealTimers();
});

test("a condition of hundreds is one figure in the metrics, that of a few has a series each as well", async () => {
	const health = crowded(101);
	const { text } = await createMetrics("x", "1", health).expose();
	expect(text).toContain('x_conditions{code="test.failing",severity="error"} 101');
	expect(text).not.toContain("home-1");
	expect(text).toContain('x_condition{code="test.other",subject="anna",severity="warning"} 1');
	expect(text).toContain('x_conditions{code="test.other",severity="warning"} 1');
});

test("what is asked for ten thousand times in a second is done at once, and once more at its end", async () => {
	vi.useFakeTimers();
	let done = 0;
	const show = atMostEvery(1_000, () => {
		done += 1;
	});
	for (let n = 0; n < 10_000; n++) show.soon();
	await vi.advanceTimersByTimeAsync(1);
	expect(done).toBe(1);
	for (let n = 0; n < 10_000; n++) show.soon();
	await vi.advanceTimersByTimeAsync(900);
	expect(done).toBe(1);
	await vi.advanceTimersByTimeAsync(100);
	expect(done).toBe(2);
	show.soon();
	show.stop();
	await vi.advanceTimersByTimeAsync(5_000);
	expect(done).toBe(2);
	vi.useRealTimers();
});
