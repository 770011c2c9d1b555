import { Refusal } from "./answer.ts";

/** At most `count` requests within `seconds`. */
export interface Rate {
	count: number;
	seconds: number;
}

export type Scope = "dyndns" | "cheap" | "expensive" | "user";

/** deSEC's published limits ("Rate Limits" in its documentation). */
export const RATES: Record<Scope, readonly Rate[]> = {
	dyndns: [{ count: 2, seconds: 120 }],
	cheap: [
		{ count: 10, seconds: 1 },
		{ count: 50, seconds: 60 },
	],
	expensive: [
		{ count: 2, seconds: 1 },
		{ count: 15, seconds: 60 },
		{ count: 100, seconds: 3600 },
		{ count: 300, seconds: 86_400 },
	],
	user: [{ count: 2000, seconds: 86_400 }],
};

export interface Throttle {
	/** Counts a request of an account, or refuses it with 429. `bucket` is the domain where the limit is per domain. */
	check(scope: Scope, account: string, bucket?: string): void;
	/** Forgets every request. */
	reset(): void;
}

/** Sliding windows over the times of past requests; a refused request is not counted in its scope. */
export function createThrottle(clock: () => number, rates = RATES): Throttle {
	const histories = new Map<string, number[]>();

	/** Counts the request in each window, or says how many milliseconds until the first full one has room. */
	function count(scope: Scope, key: string): number | undefined {
		const now = clock();
		const windows = rates[scope].map((rate) => ({ ...rate, key: `${scope} ${key} ${rate.seconds}` }));
		for (const window of windows) {
			const recent = (histories.get(window.key) ?? []).filter((time) => time > now - window.seconds * 1000);
			histories.set(window.key, recent);
			if (recent.length >= window.count) return recent[0]! + window.seconds * 1000 - now;
		}
		for (const window of windows) histories.get(window.key)!.push(now);
		return undefined;
	}

	return {
		check(scope, account, bucket = "") {
			// The account's daily limit counts also what the other limit refuses: hammering on a 429 uses it up.
			const waits = [count(scope, `${account} ${bucket}`), count("user", account)];
			const wait = Math.max(...waits.map((ms) => ms ?? -1));
			if (wait < 0) return;
			const seconds = Math.ceil(wait / 1000);
			throw new Refusal(
				429,
				`Request was throttled. Expected available in ${seconds} second${seconds === 1 ? "" : "s"}.`,
				{ "retry-after": String(seconds) },
			);
		},
		reset: () => histories.clear(),
	};
}

/** The web server's limit on the check-ip services: three a minute, with a burst of three more at once. */
export function createLeakyBucket(clock: () => number): (key: string) => boolean {
	const levels = new Map<string, { level: number; at: number }>();
	return (key) => {
		const now = clock();
		const known = levels.get(key);
		const level = known ? Math.max(0, known.level - ((now - known.at) * 3) / 60_000 + 1) : 0;
		if (level > 3) return false;
		levels.set(key, { level, at: now });
		return true;
	};
}

/**
 * The web server's limit on REST and dynDNS together: 30 requests a second from one address, without a burst for dynDNS.
 * True when this request comes too soon after the one before.
 */
export function createFront(clock: () => number): (from: string, traffic: string) => boolean {
	const last = new Map<string, number>();
	return (from, traffic) => {
		if (traffic === "check-ip") return false;
		const passed = clock() - (last.get(from) ?? Number.NEGATIVE_INFINITY);
		if (traffic === "dyndns" && passed < 1000 / 30) return true;
		last.set(from, clock());
		return false;
	};
}
