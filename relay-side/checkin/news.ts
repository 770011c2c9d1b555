import { MINUTE, SECOND } from "../../shared/time.ts";

/** Makes homes check in when the relay has something else to say to them: their generation becomes another. */
export interface News {
	/** Something began or ended to be wrong with a home, or is told in other words. */
	of(home: string, event: "begins" | "ends" | "changes"): void;
	/** The same with the relay itself: every home hears it. */
	ofAll(): void;
	/** Homes that are gone. */
	forget(home: string): void;
	stop(): void;
}

/** A sentence that changes all the time is no reason for more check-ins of its home than one in so many milliseconds. */
const changesEvery = 1 * MINUTE;

/** Milliseconds in which what happens at once is told to all homes together, and between two such rounds. */
const gathering = 0.2 * SECOND;
const roundsEvery = 10 * SECOND;

/** Homes that are told in one go of a round, and milliseconds until the next: each of them checks in within a second. */
const atOnce = 100;
const pause = 0.2 * SECOND;

/** @param homes those that check in here */
export function createNews(options: {
	homes(): Iterable<string>;
	renew(home: string): void;
	now?: () => number;
}): News {
	const { renew } = options;
	const now = options.now ?? (() => performance.now());
	const changedAt = new Map<string, number>();
	/** The next round, or the next part of the one under way. */
	let timer: NodeJS.Timeout | undefined;
	let underWay = false;
	/** Something happened after a round had begun. */
	let again = false;
	let lastRound = Number.NEGATIVE_INFINITY;

	function begin(): void {
		underWay = true;
		again = false;
		go([...options.homes()]);
	}

	function go(left: readonly string[]): void {
		for (const home of left.slice(0, atOnce)) renew(home);
		const rest = left.slice(atOnce);
		if (rest.length > 0) {
			timer = setTimeout(go, pause, rest).unref();
			return;
		}
		underWay = false;
		timer = undefined;
		lastRound = now();
		if (again) ofAll();
	}

	function ofAll(): void {
		again = underWay;
		timer ??= setTimeout(begin, Math.max(gathering, lastRound + roundsEvery - now())).unref();
	}

	return {
		of(home, event) {
			if (event === "changes") {
				if (now() - (changedAt.get(home) ?? Number.NEGATIVE_INFINITY) < changesEvery) return;
				changedAt.set(home, now());
			}
			renew(home);
		},
		ofAll,
		forget: (home) => void changedAt.delete(home),
		stop: () => clearTimeout(timer),
	};
}
