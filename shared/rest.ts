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
