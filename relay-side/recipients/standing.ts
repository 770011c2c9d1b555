import { HOUR, MINUTE } from "../../shared/time.ts";

/** Milliseconds that the clock and the time that passed may differ between two looks. */
const jump = MINUTE;

/** After a start the clock may still be wrong for a while: until it was set by the network, nothing has stood for a day. */
const firstWait = HOUR;

/** What a clock says of how long something has stood, and whether it can be believed. */
export interface Standing {
	/**
	 * To be asked every minute. `jumped`: the clock was set, and says nothing of the time before; `early`: the start is not
	 * long ago.
	 */
	look(): "jumped" | "early" | "steady";
}

/**
 * Compares the clock, which the network or a person sets, with a time that only grows: a virtual machine whose clock leaps
 * a day ahead must not believe that a day has passed.
 * @param now milliseconds since 1970
 * @param steady milliseconds since any moment
 */
export function createStanding(now: () => number, steady: () => number): Standing {
	const started = steady();
	let offset = now() - started;
	return {
		look() {
			const passed = steady();
			const fresh = now() - passed;
			const jumped = Math.abs(fresh - offset) > jump;
			offset = fresh;
			if (jumped) return "jumped";
			return passed - started < firstWait ? "early" : "steady";
		},
	};
}
