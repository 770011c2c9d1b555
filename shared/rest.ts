import { SECOND } from "./time.ts";

/** Keeps work that comes again and again to a part of a core, however long it takes each time. */
export interface Rest {
	/** Milliseconds until it may be done again. */
	left(): number;
	/** It was done, and took so many milliseconds. */
	took(milliseconds: number): void;
}

/** Milliseconds of rest that may be owed: so that a few times may follow each other when something happens. */
const mostOwed = 10 * SECOND;

/** Work counts as at most so many milliseconds: when the whole program stood still meanwhile, it took nothing. */
const mostCounted = 1 * SECOND;

/** Begins to measure a piece of work; the milliseconds that it kept a core busy are what the returned function says. */
export type MeasureWork = () => () => number;

/** What programs that we start for it take besides is as much as we take ourselves, or less. */
const withPrograms = 2;

/**
 * Measures by our own CPU time: on a machine that others keep busy, a look that takes a moment may last for seconds, and
 * would be paid for with minutes of rest. It is never more than what passed, since pulses are answered meanwhile.
 *
 * @param cpu our own CPU time until now, milliseconds
 */
export function workMeter(now: () => number = () => performance.now(), cpu = ownCpu): MeasureWork {
	return () => {
		const [began, used] = [now(), cpu()];
		return () => Math.min(now() - began, withPrograms * (cpu() - used));
	};
}

function ownCpu(): number {
	const { user, system } = process.cpuUsage();
	return (user + system) / 1_000;
}

/**
 * @param share of a core, 0 to 1
 * @param now milliseconds, steadily growing
 */
export function createRest(share: number, now: () => number = () => performance.now()): Rest {
	/** When all rest that is owed is over. */
	let over = Number.NEGATIVE_INFINITY;
	return {
		left: () => Math.max(0, over - mostOwed - now()),
		took(milliseconds) {
			const counted = Math.min(milliseconds, mostCounted);
			over = Math.max(over, now() - milliseconds) + counted / share;
		},
	};
}
