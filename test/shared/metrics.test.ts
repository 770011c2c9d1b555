import { expect, test } from "vitest";
import { createMetrics } from "../../shared/metrics.ts";
import { failing, silentHealth } from "./silent.ts";

test("counters count, gauges are read when asked, and a condition is there only while it holds", async () => {
	const health = silentHealth();
	const metrics = createMetrics("heimweg", "1", health);
	const pulses = metrics.counter("pulses_total", "Pulses");
	let homes = 1;
	metrics.gauge("homes", "Homes", () => homes);
	pulses.add();
	pulses.add(4);
	homes = 7;
	health.set(failing, "anna", { error: "no" });
	const during = (await metrics.expose()).text;
	expect(pulses.value()).toBe(5);
	expect(during).toContain("# TYPE heimweg_pulses_total counter\nheimweg_pulses_total 5");
	expect(during).toContain("heimweg_homes 7");
	expect(during).toContain('heimweg_condition{code="test.failing",subject="anna",severity="error"} 1');
	health.clear(failing);
	expect((await metrics.expose()).text).not.toContain("test.failing");
});

test("two programs in one process do not share figures, so that a reload begins anew", async () => {
	const first = createMetrics("heimweg", "1", silentHealth());
	const second = createMetrics("heimweg", "1", silentHealth());
	first.counter("a_total", "A").add(3);
	second.counter("a_total", "A").add(4);
	expect((await first.expose()).text).toContain("heimweg_a_total 3");
	expect((await second.expose()).text).toContain("heimweg_a_total 4");
});
