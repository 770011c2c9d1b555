/** How often something may still be done at once; a part of it comes back with time. Times in milliseconds. */
export interface Allowance {
	left: number;
	/** When that was last counted. */
	at: number;
}

/** How many times in a row, and after how many milliseconds there is one more. */
const most = 3;
const oneMoreEvery = 300_000;

export function newAllowance(now: number): Allowance {
	return { left: most, at: now };
}

/** Uses up one; false when none is left. */
export function takeOne(allowance: Allowance, now: number): boolean {
	const gained = Math.floor((now - allowance.at) / oneMoreEvery);
	const full = allowance.left + gained >= most;
	const available = full ? most : allowance.left + gained;
	allowance.at = full ? now : allowance.at + gained * oneMoreEvery;
	allowance.left = Math.max(available - 1, 0);
	return available > 0;
}
