import type { Rest } from "../../shared/rest.ts";
import { SECOND } from "../../shared/time.ts";

/** Milliseconds between two looks at peers that nobody is said to have changed: while a home is away, and else. */
const whileAway = 10 * SECOND;
const whileWell = 60 * SECOND;

/** How often it is asked whether one is due. */
export const askedEvery = 2 * SECOND;

/** A look that is due within so many milliseconds comes now. */
const early = 1 * SECOND;

/** The part of a core that looks may take which no change of a home asks for. */
export const share = 1 / 20;

/** When to look at the peers although no home's file has changed. */
export interface Looks {
	/** To be called every `askedEvery`. */
	ask(): void;
	/** A home went away: it may be our interface that is gone, or its peer. */
	soon(): void;
	stop(): void;
}

export function createLooks(options: {
	look(options: { urgent: boolean }): void;
	/** Whether a home is away, which may need us. */
	anyAway(): boolean;
	/** When the last look ended, whoever asked for it. */
	lastLook(): number;
	rest: Rest;
	now?: () => number;
}): Looks {
	const { look, anyAway, lastLook, rest } = options;
	const now = options.now ?? (() => performance.now());
	let timer: NodeJS.Timeout | undefined;

	return {
		ask() {
			const past = now() - lastLook() + early;
			if (timer || rest.left() > 0 || past < whileAway) return;
			if (past >= whileWell || anyAway()) look({ urgent: false });
		},
		soon() {
			// Thousands may go at once, or one after the other.
			timer ??= setTimeout(() => {
				timer = undefined;
				look({ urgent: true });
			}, rest.left()).unref();
		},
		stop() {
			clearTimeout(timer);
		},
	};
}
