import { MINUTE, SECOND } from "../../shared/time.ts";

/**
 * A clock that stands still while the program did: while the loop was blocked, or the sockets could not be emptied, no
 * pulse could be heard, and nobody was silent.
 */
export interface Listening {
	/** Milliseconds of listening until now. */
	now(): number;
	/** The looks begin now: what was before is nobody's silence, and no standing still. */
	begin(): void;
	/** To be called at each look, `lookEvery` after the one before: who comes late stood still. */
	looked(): void;
	/** Milliseconds of the last minute in which we stood still. */
	stoodStill(): number;
}

/** Milliseconds between two looks for homes that went away. */
export const lookEvery = SECOND / 2;

/** A look that comes so many milliseconds late is still one in time. */
const tolerated = SECOND / 4;

/** How long it counts that we stood still. */
const counted = 1 * MINUTE;

/** @param now milliseconds, steadily growing */
export function createListening(now: () => number): Listening {
	let last = now();
	let lost = 0;
	let stalls: Array<{ at: number; length: number }> = [];

	/** The whole time since the last look is lost: nobody is nearer to being away than at that look. */
	function account(): number {
		const time = now();
		const gap = time - last;
		if (gap <= lookEvery + tolerated) return time;
		lost += gap;
		last = time;
		stalls.push({ at: time, length: gap - lookEvery });
		return time;
	}

	return {
		now: () => account() - lost,
		begin() {
			last = account();
			stalls = [];
		},
		looked() {
			last = account();
		},
		stoodStill() {
			const since = account() - counted;
			stalls = stalls.filter(({ at }) => at > since);
			return stalls.reduce((sum, { length }) => sum + length, 0);
		},
	};
}
