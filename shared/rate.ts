/** At most `count` within any `window` milliseconds. */
export interface RateLimit {
	count: number;
	window: number;
}

/**
 * When something was done, on a clock of milliseconds, as far as it still counts. What was done "later than now" was done
 * before the clock was set back: it counts as done just now, so that somebody else's limit is never passed, or, with
 * `forget`, not at all, so that nobody waits for longer than the limit says.
 */
export function recent(
	times: readonly number[],
	limits: readonly RateLimit[],
	now: number,
	{ forget = false }: { forget?: boolean } = {},
): number[] {
	const longest = Math.max(...limits.map(({ window }) => window));
	const past = forget ? times.filter((time) => time <= now) : times.map((time) => Math.min(time, now));
	return past.filter((time) => now - time < longest);
}

/** Milliseconds until it may be done once more under all the limits (sliding windows); 0 when it may now. */
export function waitForRoom(times: readonly number[], limits: readonly RateLimit[], now: number): number {
	let wait = 0;
	for (const { count, window } of limits) {
		const done = recent(times, [{ count, window }], now);
		if (done.length >= count) wait = Math.max(wait, done.at(-count)! + window - now);
	}
	return wait;
}

/** Sliding windows for each of many keys, such as homes. */
export interface KeyedRate {
	/** Counts one; false, and counts nothing, when there is no room: else who asks too often would never get through. */
	take(key: string): boolean;
	/** Remembers nothing of keys that are not named. */
	keep(keys: Iterable<string>): void;
}

export function keyedRate(
	limits: readonly RateLimit[],
	now: () => number = () => performance.now(),
): KeyedRate {
	const taken = new Map<string, number[]>();
	return {
		take(key) {
			const time = now();
			const times = recent(taken.get(key) ?? [], limits, time);
			if (waitForRoom(times, limits, time) > 0) return false;
			taken.set(key, [...times, time]);
			return true;
		},
		keep(keys) {
			const kept = new Set(keys);
			for (const key of taken.keys()) if (!kept.has(key)) taken.delete(key);
		},
	};
}

/** So many at once, and one more each so many milliseconds. */
export interface BucketSize {
	most: number;
	every: number;
}

/** A token bucket: how often something may still be done at once; a part of it comes back with time. */
export interface Bucket {
	/** Uses up one; false, and costs nothing, when none is left. */
	take(now: number): boolean;
}

/**
 * A bucket is kept as one time, when it will be full again (GCRA), so nothing is rounded: what that time is after one
 * more; undefined when none is left. One that was never used is full since -Infinity.
 */
export function nextFull({ most, every }: BucketSize, fullAt: number, now: number): number | undefined {
	const next = Math.max(fullAt, now) + every;
	return next - now > most * every ? undefined : next;
}

/** A full one. */
export function bucket(size: BucketSize): Bucket {
	let fullAt = Number.NEGATIVE_INFINITY;
	return {
		take(now) {
			const next = nextFull(size, fullAt, now);
			fullAt = next ?? fullAt;
			return next !== undefined;
		},
	};
}

/** A bucket of this size for each of many keys, such as homes. Who is refused is refused without cost. */
export function keyedBucket(size: BucketSize): (key: string) => boolean {
	const fullAt = new Map<string, number>();
	return (key) => {
		const next = nextFull(size, fullAt.get(key) ?? Number.NEGATIVE_INFINITY, performance.now());
		if (next !== undefined) fullAt.set(key, next);
		return next !== undefined;
	};
}
