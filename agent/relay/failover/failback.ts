import type { Endpoint } from "../../../shared/address.ts";
import { answersThatShow, failbackAtMost, failbackEvery, failbackSoon, movesAgain } from "./times.ts";

/**
 * When a tunnel that fell back to the other outer family tries the preferred one again: when the line changed, a few
 * times soon after, and every five minutes. Such a try keeps the session and can be undone; each that fails doubles the
 * wait.
 */
export interface Failback {
	/** Milliseconds on a steady clock. */
	readonly lookedAt: number | undefined;
	readonly looks: number;
	readonly failures: number;
	/** Under way: where it came from, the answers since, and how often the move was made once more. */
	readonly trial: { readonly from: Endpoint; readonly answers: number; readonly again: number } | undefined;
}

export const failbackAtFirst: Failback = { lookedAt: undefined, looks: 0, failures: 0, trial: undefined };

/** Milliseconds from a look that found nothing to the next one. */
export function pauseAfter({ failures, looks }: Failback): number {
	if (failures > 0) return Math.min(failbackEvery * 2 ** failures, failbackAtMost);
	return failbackSoon[looks - 1] ?? failbackEvery;
}

/** True when a look at the preferred family is due. */
export function isLookDue(failback: Failback, now: number): boolean {
	const { trial, lookedAt } = failback;
	return !trial && (lookedAt === undefined || now - lookedAt >= pauseAfter(failback));
}

/** A look is made. */
export function withLook(failback: Failback, now: number): Failback {
	return { ...failback, lookedAt: now, looks: failback.looks + 1 };
}

/** The line changed: look again soon. */
export function lookSoon(failback: Failback): Failback {
	return { ...failback, lookedAt: undefined, looks: 0, failures: 0 };
}

/** The preferred family was left although there is a path: do not look again soon. */
export function distrusted(failback: Failback, now: number): Failback {
	return { ...failback, lookedAt: now, looks: failbackSoon.length + 1 };
}

/** The tunnel now tries the preferred family, coming from this endpoint. */
export function tried(failback: Failback, from: Endpoint): Failback {
	return { ...failback, trial: { from, answers: 0, again: 0 } };
}

/** The try that is under way, if one is, did not work. */
export function failed(failback: Failback): Failback {
	if (!failback.trial) return failback;
	return { ...failback, trial: undefined, failures: failback.failures + 1 };
}

/**
 * A pulse was answered during a try, and the tunnel's packets go to the preferred family, or to the other one again.
 * `moveAgain`: the move has to be made once more.
 */
export function trialAnswered(
	failback: Failback,
	preferred: boolean,
): { failback: Failback; moveAgain: boolean } {
	const { trial } = failback;
	if (!trial) return { failback, moveAgain: false };
	if (!preferred) {
		const again = trial.again + 1;
		if (again > movesAgain) return { failback: failed(failback), moveAgain: false };
		return { failback: { ...failback, trial: { ...trial, answers: 0, again } }, moveAgain: true };
	}
	const answers = trial.answers + 1;
	if (answers < answersThatShow)
		return { failback: { ...failback, trial: { ...trial, answers } }, moveAgain: false };
	return { failback: { ...failback, trial: undefined, failures: 0, looks: 0 }, moveAgain: false };
}
