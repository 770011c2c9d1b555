/** A wait that doubles with each failure in a row; both in milliseconds. */
export interface Backoff {
	/** After the first failure. */
	first: number;
	/** At most. */
	max: number;
}

/** Milliseconds to wait after so many failures in a row, one or more: `first`, then twice as long each time up to `max`. */
export function waitAfter(failures: number, { first, max }: Backoff): number {
	return Math.min(first * 2 ** (failures - 1), max);
}
