/** What was tried of a queue, how often, and what is due. A reason that is not gone after all costs few tries. */
export interface Tries {
	/** What a look found: everything that is in the queue, and what of it waits for the reason that should be gone. */
	found(all: ReadonlySet<string>, waiting: ReadonlySet<string>): void;
	has(id: string): boolean;
	/** When a mail is due; in the past for one that was not tried yet. */
	dueAt(id: string): number;
	/** How many may be tried at once. */
	most(): number;
	/** Milliseconds until the next try of any mail; 0 while tries help. */
	pause(): number;
	/** These are tried now. */
	take(ids: readonly string[]): void;
	clear(): void;
}

/** Milliseconds before the next try of a mail, doubling, and at most between two. */
const firstPause = 1_000;
const longestPause = 600_000;

/** Mails that are tried in one run; and while none of those tried last got away, with milliseconds at most in between. */
const atOnce = 500;
const probes = 5;
const longestProbePause = 30_000;

export function createTries(now: () => number): Tries {
	const tries = new Map<string, { count: number; at: number }>();
	let last: readonly string[] = [];
	/** Runs in a row of which no mail got away. */
	let inVain = 0;

	return {
		found(all, waiting) {
			for (const id of tries.keys()) if (!all.has(id)) tries.delete(id);
			if (last.some((id) => !all.has(id))) {
				// What let one through may let all through.
				if (inVain > 0) tries.clear();
				inVain = 0;
				last = [];
			} else if (last.length > 0 && last.every((id) => waiting.has(id))) {
				inVain += 1;
				last = [];
			}
		},
		has: (id) => tries.has(id),
		dueAt(id) {
			const before = tries.get(id);
			return before ? before.at + pauseAfter(before.count) : Number.NEGATIVE_INFINITY;
		},
		most: () => (inVain > 0 ? probes : atOnce),
		pause: () => (inVain > 0 ? Math.min(pauseAfter(inVain), longestProbePause) : 0),
		take(ids) {
			for (const id of ids) tries.set(id, { count: (tries.get(id)?.count ?? 0) + 1, at: now() });
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
