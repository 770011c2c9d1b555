import type { Endpoint } from "../../shared/address.ts";

/**
 * Decides when a tunnel that fell back to the other outer family tries the preferred one again: when the line changed,
 * and every five minutes. Such a try keeps the session and can be undone; each that fails doubles the wait.
 */
export interface Comeback {
	/** True when a look at the preferred family is due; it then counts as taken. */
	due(now: number): boolean;
	/** The line changed: look again soon. */
	hope(): void;
	/** The tunnel now tries the preferred family, coming from this endpoint. */
	begin(from: Endpoint): void;
	/** A pulse was answered. */
	answered(): void;
	/** The tunnel is silent: the endpoint to go back to, when it is a try that failed. */
	failed(): Endpoint | undefined;
}

const lookEvery = 5 * 60_000;
const lookAtMost = 2 * 60 * 60_000;

/** Answers that show that it works: the first may belong to a pulse from before. */
const enough = 3;

export function createComeback(): Comeback {
	let lookedAt: number | undefined;
	let pause = lookEvery;
	let trial: { from: Endpoint; answers: number } | undefined;

	return {
		due(now) {
			if (trial || (lookedAt !== undefined && now - lookedAt < pause)) return false;
			lookedAt = now;
			return true;
		},
		hope() {
			lookedAt = undefined;
			pause = lookEvery;
		},
		begin(from) {
			trial = { from, answers: 0 };
		},
		answered() {
			if (!trial) return;
			trial.answers += 1;
			if (trial.answers < enough) return;
			trial = undefined;
			pause = lookEvery;
		},
		failed() {
			const from = trial?.from;
			trial = undefined;
			if (from) pause = Math.min(pause * 2, lookAtMost);
			return from;
		},
	};
}
