import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { DAY, HOUR, MINUTE, SECOND } from "../../../time.ts";
import { DesecError } from "./error.ts";

/** Kinds of request that deSEC limits separately: writes and dynDNS per domain, reads per account. */
export type RateClass = "write" | "read" | "dyndns";

/** At most `count` requests within `window` milliseconds. */
export interface Limit {
	count: number;
	window: number;
}

/**
 * Our limits, below deSEC's in each of its windows (its documentation, "Rate Limits": writes 2/s, 15/min, 100/h, 300/day;
 * reads 10/s, 50/min; dynDNS 2 in 2 min; 2000/day in all), so that there is room for somebody else and for requests
 * that the way brings closer together.
 */
export const LIMITS: Record<RateClass | "total", readonly Limit[]> = {
	write: [
		{ count: 2, window: 1.5 * SECOND },
		{ count: 12, window: MINUTE },
		{ count: 80, window: HOUR },
		{ count: 240, window: DAY },
	],
	read: [
		{ count: 5, window: SECOND },
		{ count: 40, window: MINUTE },
	],
	dyndns: [{ count: 2, window: 130 * SECOND }],
	total: [
		// The web server refuses a dynDNS request within 33 ms of another request (30/s without a burst).
		{ count: 1, window: 100 },
		{ count: 1500, window: DAY },
	],
};

/** How long a request may wait for its turn, in milliseconds. */
export const PATIENCE = 2 * SECOND;

/** However long deSEC wants no more of a kind, it is tried again after so long: another may have used up the limit. */
const longestBlock = HOUR;

/** What survives a restart: when requests were made, in ms since 1970. */
export const budgetStateSchema = z.object({
	taken: z.record(z.string(), z.array(z.number())),
	/** Until when deSEC wants none; written for an earlier version, which reads it. */
	blocked: z.record(z.string(), z.number()),
});

export type BudgetState = z.infer<typeof budgetStateSchema>;

export interface Budget {
	/**
	 * Counts one request. Waits when there is room within `patience` ms (PATIENCE by default), else throws DesecError
	 * `throttled` with the wait. The function it resolves to takes the request back: it was never sent.
	 */
	take(
		kind: RateClass,
		domain: string,
		options?: { signal?: AbortSignal | undefined; patience?: number },
	): Promise<() => void>;
	/** Milliseconds until a request of this kind has room. */
	delay(kind: RateClass, domain: string): number;
	/** deSEC wants no more of this kind for so many milliseconds. */
	refused(kind: RateClass, domain: string, retryAfter: number): void;
	state(): BudgetState;
}

export interface BudgetOptions {
	state?: BudgetState | undefined;
	/** Milliseconds since 1970. */
	now?: () => number;
	wait?: (ms: number, signal?: AbortSignal) => Promise<unknown>;
	limits?: typeof LIMITS;
}

/** Sliding windows over the requests to deSEC, all of them at once. */
export function createBudget(options: BudgetOptions = {}): Budget {
	const { now = Date.now, limits = LIMITS } = options;
	const wait = options.wait ?? ((ms, signal) => sleep(ms, undefined, { signal }));
	const taken = new Map(Object.entries(options.state?.taken ?? {}));
	// Not from before: a restart may try again what deSEC once did not want.
	const blocked = new Map<string, number>();

	const keyOf = (kind: RateClass, domain: string) => (kind === "read" ? kind : `${kind} ${domain}`);

	/** Past requests; the clock may have been set back, and then they count as made just now. */
	function recent(key: string, window: number): number[] {
		const time = now();
		const longest = Math.max(...Object.values(limits).flatMap((all) => all.map((limit) => limit.window)));
		const times = (taken.get(key) ?? []).map((one) => Math.min(one, time));
		const kept = times.filter((one) => one > time - longest);
		taken.set(key, kept);
		return kept.filter((one) => one > time - window);
	}

	function delay(kind: RateClass, domain: string): number {
		const key = keyOf(kind, domain);
		const waits = [blockedFor(key)];
		for (const [name, own] of [
			[key, limits[kind]],
			["total", limits.total],
		] as const) {
			for (const { count, window } of own) {
				const times = recent(name, window);
				if (times.length >= count) waits.push(times.at(-count)! + window - now());
			}
		}
		return Math.max(0, ...waits);
	}

	function blockedFor(key: string): number {
		const left = (blocked.get(key) ?? 0) - now();
		if (left > 0 && left <= longestBlock) return left;
		blocked.delete(key);
		return 0;
	}

	return {
		delay,
		async take(kind, domain, { signal, patience = PATIENCE } = {}) {
			const end = now() + patience;
			for (let ms = delay(kind, domain); ms > 0; ms = delay(kind, domain)) {
				if (now() + ms > end) throw exhausted(kind, domain, ms);
				await wait(ms, signal).catch((error) => {
					throw signal?.aborted ? signal.reason : error;
				});
			}
			const time = now();
			const keys = [keyOf(kind, domain), "total"];
			for (const key of keys) taken.set(key, [...(taken.get(key) ?? []), time]);
			return () => {
				for (const key of keys) {
					const times = taken.get(key) ?? [];
					const at = times.lastIndexOf(time);
					if (at >= 0) taken.set(key, times.toSpliced(at, 1));
				}
			};
		},
		refused(kind, domain, retryAfter) {
			blocked.set(keyOf(kind, domain), now() + Math.min(retryAfter, longestBlock));
		},
		state: () => ({ taken: Object.fromEntries(taken), blocked: Object.fromEntries(blocked) }),
	};
}

/** The error for a request that has no room. */
export function exhausted(kind: RateClass, domain: string, ms: number): DesecError {
	const what = { write: `changes of ${domain}`, read: "reads", dyndns: `dynDNS updates of ${domain}` }[kind];
	return new DesecError(
		"throttled",
		`deSEC: wanted one more request, but its limit on ${what} leaves no room for ${Math.ceil(ms / 1000)} s`,
		{ retryAfter: ms, reached: false, remedy: "nothing; it is tried again when there is room" },
	);
}
