import { expect, test } from "vitest";
import { watchLoss } from "../../../agent/relay/loss.ts";

/** Counts pulses: `.` is one that was answered, `x` one that was lost. */
function after(pulses: string) {
	const loss = watchLoss();
	for (const pulse of pulses) loss.count(pulse === ".");
	return loss;
}

test("a line that loses a fifth of its packets each way is found out in a minute, with its share", () => {
	const third = "..x".repeat(40);
	expect(after(third.slice(0, 60)).heavy).toBe(true);
	expect(after(third).share).toBeCloseTo(1 / 3, 1);
});

test("a few reconnects are none, nor is a line that loses one in twenty", () => {
	expect(after(`${".".repeat(40)}${"xx...".repeat(5)}`).heavy).toBe(false);
	expect(after(`${".".repeat(9)}x`.repeat(20)).heavy).toBe(false);
	expect(watchLoss()).toMatchObject({ heavy: false, share: 0 });
});

test("it does not come and go with each pulse: it ends only when hardly any is lost any more", () => {
	const heavy = "..x".repeat(20);
	expect(after(`${heavy}${".....x".repeat(20)}`).heavy).toBe(true);
	expect(after(`${heavy}${".".repeat(36)}`).heavy).toBe(false);
});
