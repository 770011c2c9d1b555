import type { Endpoint } from "../../shared/address.ts";

/**
 * Decides when a tunnel that fell back to the other outer family tries the preferred one again: when the line changed,
 * a few times soon after, and every five minutes. Such a try keeps the session and can be undone; each that fails
 * doubles the wait.
 */
export interface Comeback {
	/** True when a look at the preferred family is due; it then counts as taken. */
	due(now: number): boolean;
	/** Milliseconds from a look that found nothing to the next one. */
	pause(): number;
	/** The line changed: look again soon. */
	hope(): void;
	/** The preferred family was left although there is a path: do not look again soon. */
	distrust(now: number): void;
	/** The tunnel now tries the preferred family, coming from this endpoint. */
	begin(from: Endpoint): void;
	/** A try is under way: where the tunnel's packets go has to be looked at after each answer. */
	trying(): boolean;
	/**
	 * A pulse was answered, and the tunnel's packets go to the preferred family, or to the other one again. Returns
	 * true when the move has to be made once more.
	 */
	answered(preferred: boolean): boolean;
	/** The tunnel is silent: the endpoint to go back to, when it is a try that failed. */
	failed(): Endpoint | undefined;
}

/** Milliseconds between looks: a line that just changed may need a moment, then patiently. */
const early = [5_000, 15_000, 60_000];
const lookEvery = 5 * 60_000;
const lookAtMost = 2 * 60 * 60_000;

/** Answers that show that it works: the first may belong to a pulse from before. */
const enough = 3;

/**
 * Times that a move is made once more: WireGuard sends to where the other end last spoke from, and a packet that was
 * under way takes it back.
 */
const movesAgain = 10;

export function createComeback(): Comeback {
	let lookedAt: number | undefined;
	let looks = 0;
	let failures = 0;
	let trial: { from: Endpoint; answers: number; again: number } | undefined;

	function pause(): number {
		if (failures > 0) return Math.min(lookEvery * 2 ** failures, lookAtMost);
		return early[looks - 1] ?? lookEvery;
	}

	return {
		pause,
		due(now) {
			if (trial || (lookedAt !== undefined && now - lookedAt < pause())) return false;
			lookedAt = now;
			looks += 1;
			return true;
		},
		hope() {
			lookedAt = undefined;
			looks = 0;
			failures = 0;
		},
		distrust(now) {
			lookedAt = now;
			looks = early.length + 1;
		},
		begin(from) {
			trial = { from, answers: 0, again: 0 };
		},
		trying: () => trial !== undefined,
		answered(preferred) {
			if (!trial) return false;
			trial.answers = preferred ? trial.answers + 1 : 0;
			if (!preferred) {
				trial.again += 1;
				if (trial.again <= movesAgain) return true;
				trial = undefined;
				failures += 1;
			} else if (trial.answers >= enough) {
				trial = undefined;
				failures = 0;
				looks = 0;
			}
			return false;
		},
		failed() {
			const from = trial?.from;
			trial = undefined;
			if (from) failures += 1;
			return from;
		},
	};
}
