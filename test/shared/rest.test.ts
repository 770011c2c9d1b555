import { expect, test } from "vitest";
import { createRest, workMeter } from "../../shared/rest.ts";

/** A machine on which time passes, and of it so much is ours. */
function machine() {
	const clock = { now: 0, cpu: 0 };
	const now = () => clock.now;
	const measure = workMeter(now, () => clock.cpu);
	const pass = (milliseconds: number, ours: number) => {
		clock.now += milliseconds;
		clock.cpu += ours;
	};
	return { now, measure, pass };
}

test("on a machine that others keep busy, a look that lasts for seconds is paid for with what it took alone", () => {
	const { now, measure, pass } = machine();
	const rest = createRest(1 / 20, now);
	for (let look = 0; look < 20; look++) {
		const taken = measure();
		pass(3_000, 15);
		rest.took(taken());
		pass(1_000, 0);
	}
	expect(rest.left()).toBe(0);
});

test("work counts with what programs take for it, and never as more than what passed", () => {
	const { measure, pass } = machine();
	const small = measure();
	pass(1_000, 10);
	expect(small()).toBe(20);
	const amidPulses = measure();
	pass(100, 90);
	expect(amidPulses()).toBe(100);
});

test("the meter of this very machine counts what we do", () => {
	const busy = workMeter()();
	let digits = "";
	for (let n = 0; n < 200_000; n++) digits = String(n);
	expect(digits).toBe("199999");
	expect(busy()).toBeGreaterThan(0);
});
