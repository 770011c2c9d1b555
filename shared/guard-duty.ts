import { guardFailing } from "./conditions.ts";
import { createDuty, type Duty } from "./duty.ts";
import { type Guard, guardWasGone } from "./guard.ts";
import { watchGuard } from "./guard-watch.ts";
import type { Health } from "./health.ts";
import type { Logger } from "./log.ts";
import { SECOND } from "./time.ts";

export interface GuardDuty extends Duty {
	/** Resolves when the table stands as the parts want it now: true, or false when the program ends before. */
	anew(): Promise<boolean>;
}

/**
 * The duty that keeps the guard table standing; `onStands` is called after each run that found or made it so. From its
 * first poke until it is stopped it follows the machine's rules, and runs when somebody changed the table; whoever
 * pokes it by the clock has a safety net.
 */
export function createGuardDuty(options: {
	guard: Guard;
	onStands(): void;
	health: Health;
	log: Logger;
	/** Begins to follow the rules; `nft monitor` by default. */
	watch?: typeof watchGuard;
}): GuardDuty {
	const { guard, health, log, watch = watchGuard } = options;
	let stood = false;
	/** Who waits for a run that begins after they asked. */
	let waiting: Array<(stands: boolean) => void> = [];
	let following: ReturnType<typeof watchGuard> | undefined;
	let stopped = false;
	const duty = createDuty({
		name: "guard",
		async run({ signal }) {
			const served = waiting;
			waiting = [];
			const changed = await guard.ensure(signal).catch((error) => {
				waiting.unshift(...served);
				throw error;
			});
			if (changed && !stood) log.info("the tunnel addresses are guarded");
			if (changed && stood) {
				log.warn(guardWasGone);
				health.recent.note(guardWasGone);
			}
			stood = true;
			options.onStands();
			for (const tell of served) tell(true);
		},
		deadline: 10 * SECOND,
		backoff: { first: SECOND / 2, max: 10 * SECOND },
		failing: guardFailing,
		health,
		log,
	});
	return {
		...duty,
		poke(subjects, poking) {
			if (!stopped) following ??= watch({ onChange: () => duty.poke(undefined, { urgent: true }), log });
			duty.poke(subjects, poking);
		},
		anew: () =>
			new Promise((resolve) => {
				if (stopped) return resolve(false);
				waiting.push(resolve);
				duty.poke(undefined, { urgent: true });
			}),
		async stop() {
			stopped = true;
			await Promise.all([following?.stop(), duty.stop()]);
			for (const tell of waiting.splice(0)) tell(false);
		},
	};
}
