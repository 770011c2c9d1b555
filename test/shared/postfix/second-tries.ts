import { afterEach, beforeEach, vi } from "vitest";
import type { SecondTry } from "../../../shared/postfix/second-try.ts";

/** Each test has a clock of its own; whatever it puts into this list ends with it. */
export function secondTries(): SecondTry[] {
	const begun: SecondTry[] = [];
	beforeEach(() => {
		vi.useFakeTimers();
	});
	afterEach(async () => {
		for (const second of begun.splice(0)) {
			second.end();
			await second.duty.stop();
		}
		vi.useRealTimers();
	});
	return begun;
}
