import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { fact } from "../../shared/fact.ts";
import { firstLook } from "../../shared/first-look.ts";
import { SECOND } from "../../shared/time.ts";

describe("a first look", () => {
	beforeEach(() => void vi.useFakeTimers());
	afterEach(() => void vi.useRealTimers());

	function looking() {
		const tunnel = fact<number>("tunnel");
		const look = vi.fn();
		const first = firstLook((up) => tunnel.subscribe(up), look);
		first.start();
		return { first, look, up: tunnel.own("test") };
	}

	it("comes also when the tunnel does not come up", () => {
		const { first, look } = looking();
		vi.advanceTimersByTime(SECOND);
		expect([look.mock.calls.length, first.begun]).toEqual([0, false]);
		vi.advanceTimersByTime(2 * SECOND);
		expect([look.mock.calls.length, first.begun]).toEqual([1, true]);
	});

	it("comes once, however often the tunnel comes up", () => {
		const { look, up } = looking();
		for (const time of [1, 2, 3]) up(time);
		vi.advanceTimersByTime(10 * SECOND);
		expect(look).toHaveBeenCalledTimes(1);
	});

	it("does not come after the end", () => {
		const { first, look, up } = looking();
		first.stop();
		up(1);
		vi.advanceTimersByTime(10 * SECOND);
		expect(look).not.toHaveBeenCalled();
	});
});
