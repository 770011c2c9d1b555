import { afterEach, beforeEach, vi } from "vitest";
import type { Redelivery } from "../../../shared/postfix/redelivery.ts";

/** Each test has a clock of its own; whatever it puts into this list ends with it. */
export function redeliveries(): Redelivery[] {
	const begun: Redelivery[] = [];
	beforeEach(() => {
		vi.useFakeTimers();
	});
	afterEach(async () => {
		for (const one of begun.splice(0)) {
			one.end();
			await one.duty.stop();
		}
		vi.useRealTimers();
	});
	return begun;
}
