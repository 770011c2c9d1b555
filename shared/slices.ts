import { setImmediate } from "node:timers/promises";

/** How long long work keeps the loop at a time, in milliseconds: pulses of others wait for it. */
const longest = 10;

/** Steps between two looks at the clock. */
const few = 64;

/**
 * Long work in slices: `if (slice.due()) await slice.turn()` in its loop lets everything else have a turn now and then.
 */
export function slices(): { due(): boolean; turn(): Promise<void> } {
	let until = performance.now() + longest;
	let steps = 0;
	return {
		due() {
			steps += 1;
			return steps % few === 0 && performance.now() >= until;
		},
		async turn() {
			await setImmediate();
			until = performance.now() + longest;
		},
	};
}
