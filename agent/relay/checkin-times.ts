import { MINUTE, SECOND } from "../../shared/time.ts";

export interface CheckinTimes {
	start(): void;
	stop(): void;
	/** The answer to a pulse tells this generation. */
	heard(generation: number): void;
	/** The relay answers again; whether it was started anew, `heard` tells right after. */
	back(): void;
	/**
	 * A check-in was answered, at this generation; a relay of version 1 knows of none. And over how many milliseconds homes
	 * spread their check-ins when that relay was started anew, if it says so.
	 */
	answered(generation: number | undefined, spread?: number): void;
}

/** How long between two check-ins of which nothing else is the cause. */
const regular = 30 * MINUTE;

/** The same with a relay whose pulses do not tell that there is something new. */
const regularVersion1 = 5 * MINUTE;

/** Of those times, the part by which homes differ. */
const spread = 0.5;

/** Within this time a home comes, at its own moment, for which there is something new. */
const news = 1 * SECOND;

/**
 * Within this time all homes come, each at its own moment, when a relay was started anew that has not said how many they
 * are: thousands of TLS handshakes in one second would leave it no time for their pulses.
 */
const usualCrowd = 10 * SECOND;

/** A relay counts its generations up by one, and begins anywhere: one further ahead is of another start. */
const nearby = 1_000;

/** How long between two check-ins because of generations, should they change all the time. */
const calm = 5 * SECOND;

/**
 * When to check in: soon after the generation changed, since the relay may have lost what we told it, or has something
 * for us; and now and then.
 *
 * @param jitter this home's own moment, from 0 to 1
 */
export function checkinTimes(jitter: number, act: () => void): CheckinTimes {
	let told: number | undefined;
	let crowd = usualCrowd;
	let answered: number | undefined;
	let lastBecauseOf = Number.NEGATIVE_INFINITY;
	let soon: NodeJS.Timeout | undefined;
	/** What comes soon is our turn among all homes. */
	let crowded = false;
	let next: NodeJS.Timeout | undefined;

	function schedule(): void {
		clearTimeout(next);
		const each = told === undefined ? regularVersion1 : regular;
		next = setTimeout(
			() => {
				schedule();
				act();
			},
			each * (1 + spread * (jitter - 0.5)),
		);
	}

	function actSoon(): void {
		if (told === answered) {
			soon = undefined;
			crowded = false;
		} else actNow();
	}

	function actNow(): void {
		soon = undefined;
		crowded = false;
		lastBecauseOf = performance.now();
		act();
	}

	function heard(generation: number): void {
		const first = told === undefined;
		told = generation;
		if (first) schedule();
		if (generation === answered) return;
		const calmDown = lastBecauseOf + calm - performance.now();
		const started = isOfAnotherStart(generation);
		if (started && !crowded) {
			clearTimeout(soon);
			soon = undefined;
			crowded = true;
		}
		soon ??= setTimeout(actSoon, Math.max(jitter * (started ? crowd : news), calmDown));
	}

	function isOfAnotherStart(generation: number): boolean {
		return answered !== undefined && (generation - answered) >>> 0 > nearby;
	}

	return {
		heard,
		back() {
			soon ??= setTimeout(actNow, 0);
		},
		start: schedule,
		stop() {
			clearTimeout(soon);
			clearTimeout(next);
		},
		answered(generation, spread = usualCrowd) {
			answered = generation;
			crowd = spread;
			schedule();
			// Something new may have come while the answer was under way.
			if (generation !== undefined && told !== undefined) heard(told);
		},
	};
}
