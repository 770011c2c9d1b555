import { newAllowance } from "../allowance.ts";
import { type Backoff, waitAfter } from "../backoff.ts";
import { MINUTE, SECOND } from "../time.ts";

/** What was tried of a queue, how often, and what is due. A reason that is not gone after all costs few tries. */
export interface Attempts {
	/** What a look found: everything that is in the queue, and what of it waits for the reason that should be gone. */
	found(all: ReadonlySet<string>, waiting: ReadonlySet<string>): void;
	has(id: string): boolean;
	/** When a mail is due; in the past for one that was not tried yet. */
	dueAt(id: string): number;
	/** What of these, the oldest first, is to be tried now: what was not tried yet, then what is due for the longest time. */
	next(waiting: readonly string[]): string[];
	/** Milliseconds until any mail may be tried; 0 while tries help. */
	pause(): number;
	/** These are tried now. */
	take(ids: readonly string[]): void;
	clear(): void;
}

/** How often a mail was tried, and when last, on a steady clock. */
export interface Attempt {
	count: number;
	at: number;
}

/** When a mail is to be tried again; in the past for one that was not tried yet. */
export function dueAfter(last: Attempt | undefined, backoff: Backoff): number {
	return last ? last.at + waitAfter(last.count, backoff) : 0;
}

/** Before the next try of a mail, and before a look while all is not ready. */
export const pauses: Backoff = { first: SECOND, max: 10 * MINUTE };

/**
 * Mails that are tried in one run; and while none of those tried gets away, with milliseconds at most in between. Then
 * some of them are the newest: the oldest are the likeliest to be stuck for a reason of their own.
 */
const atOnce = 500;
const probes = { due: 2, newest: 3 };
const probePauses: Backoff = { first: SECOND, max: 30 * SECOND };

export function createAttempts(now: () => number): Attempts {
	const attempts = new Map<string, Attempt>();
	const allowance = newAllowance();
	let last: readonly string[] = [];
	let tookAt = Number.NEGATIVE_INFINITY;
	/** Runs in a row of which no mail got away. */
	let inVain = 0;

	const dueAt = (id: string) => dueAfter(attempts.get(id), pauses);

	function pause(): number {
		if (inVain === 0) return 0;
		return Math.max(0, tookAt + waitAfter(inVain, probePauses) - now());
	}

	/** Some mail got away: what let one through may let all through. One that comes and goes uses its allowance up. */
	function helped(): void {
		if (inVain > 0 && allowance.take(now())) {
			for (const id of attempts.keys()) attempts.set(id, { count: 0, at: Number.NEGATIVE_INFINITY });
		}
		inVain = 0;
		last = [];
	}

	return {
		found(all, waiting) {
			const gone = [...attempts.keys()].filter((id) => !all.has(id));
			for (const id of gone) attempts.delete(id);
			if (gone.length > 0) return helped();
			const still = last.filter((id) => waiting.has(id)).length;
			// The others may be on their way for long.
			if (still === 0 || 2 * still < last.length) return;
			inVain += 1;
			last = [];
		},
		has: (id) => attempts.has(id),
		dueAt,
		next(waiting) {
			if (pause() > 0) return [];
			const due = waiting.filter((id) => dueAt(id) <= now());
			const newest = due.slice(-probes.newest);
			due.sort((a, b) => dueAt(a) - dueAt(b));
			if (inVain === 0) return due.slice(0, atOnce);
			return [...new Set([...due.slice(0, probes.due), ...newest])];
		},
		pause,
		take(ids) {
			tookAt = now();
			for (const id of ids) {
				const count = (attempts.get(id)?.count ?? 0) + 1;
				attempts.set(id, { count, at: tookAt });
			}
			last = ids;
		},
		clear() {
			attempts.clear();
			last = [];
			inVain = 0;
		},
	};
}
