import { newAllowance, takeOne } from "../allowance.ts";

/** What was tried of a queue, how often, and what is due. A reason that is not gone after all costs few tries. */
export interface Tries {
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

/** Milliseconds before the next try of a mail, doubling, and at most between two. */
const firstPause = 1_000;
const longestPause = 600_000;

/**
 * Mails that are tried in one run; and while none of those tried gets away, with milliseconds at most in between. Then
 * some of them are the newest: the oldest are the likeliest to be stuck for a reason of their own.
 */
const atOnce = 500;
const probes = { due: 2, newest: 3 };
const longestProbePause = 30_000;

export function createTries(now: () => number): Tries {
	const tries = new Map<string, { count: number; dueAt: number }>();
	const allowance = newAllowance(now());
	let last: readonly string[] = [];
	let tookAt = Number.NEGATIVE_INFINITY;
	/** Runs in a row of which no mail got away. */
	let inVain = 0;

	const dueAt = (id: string) => tries.get(id)?.dueAt ?? 0;

	function pause(): number {
		if (inVain === 0) return 0;
		return Math.max(0, tookAt + Math.min(pauseAfter(inVain), longestProbePause) - now());
	}

	/** Some mail got away: what let one through may let all through. One that comes and goes uses its allowance up. */
	function helped(): void {
		if (inVain > 0 && takeOne(allowance, now())) {
			for (const id of tries.keys()) tries.set(id, { count: 0, dueAt: 0 });
		}
		inVain = 0;
		last = [];
	}

	return {
		found(all, waiting) {
			const gone = [...tries.keys()].filter((id) => !all.has(id));
			for (const id of gone) tries.delete(id);
			if (gone.length > 0) return helped();
			const still = last.filter((id) => waiting.has(id)).length;
			// The others may be on their way for long.
			if (still === 0 || 2 * still < last.length) return;
			inVain += 1;
			last = [];
		},
		has: (id) => tries.has(id),
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
				const count = (tries.get(id)?.count ?? 0) + 1;
				tries.set(id, { count, dueAt: tookAt + pauseAfter(count) });
			}
			last = ids;
		},
		clear() {
			tries.clear();
			last = [];
			inVain = 0;
		},
	};
}

/** Milliseconds to wait after so many tries in a row. */
export function pauseAfter(count: number): number {
	return Math.min(firstPause * 2 ** (count - 1), longestPause);
}
