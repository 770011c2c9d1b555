import { guardFailing } from "./conditions.ts";
import { createDuty, type Duty } from "./duty.ts";
import { type Guard, guardWasGone } from "./guard.ts";
import type { Health } from "./health.ts";
import type { Logger } from "./log.ts";

/** The duty that keeps the guard table standing; `onStands` is called after each run that found or made it so. */
export function createGuardDuty(options: {
	guard: Guard;
	onStands(): void;
	health: Health;
	log: Logger;
}): Duty {
	const { guard, health, log } = options;
	let stood = false;
	return createDuty({
		name: "guard",
		async run({ signal }) {
			const changed = await guard.ensure(signal);
			if (changed && !stood) log.info("the tunnel addresses are guarded");
			if (changed && stood) log.warn(guardWasGone);
			stood = true;
			options.onStands();
		},
		deadline: 10_000,
		backoff: { first: 500, max: 10_000 },
		failing: guardFailing,
		health,
		log,
	});
}
