import type { Health } from "../../shared/health.ts";
import type { Home } from "../facts.ts";
import { domainOf } from "../postfix/queue.ts";
import { senderRefused } from "./conditions.ts";
import { printable } from "./judge.ts";

/** Milliseconds after the last refusal that it is still told of: long enough to be read, too. */
const toldFor = 24 * 3_600_000;

/** Senders that one sentence names. */
const named = 3;

/** Mails of homes that were refused for their sender: a condition of the home, until a day after the last. */
export interface Refusals {
	refused(home: string, sender: string): void;
	/** Ends what is over by now, or is allowed in the meantime. */
	review(homes: ReadonlyMap<string, Home>): void;
}

export function createRefusals(health: Health, now: () => number = () => performance.now()): Refusals {
	const known = new Map<string, { senders: Set<string>; last: number }>();
	return {
		refused(home, sender) {
			const entry = known.get(home) ?? { senders: new Set(), last: 0 };
			known.set(home, entry);
			entry.last = now();
			if (entry.senders.size <= named) entry.senders.add(sender);
			const senders = [...entry.senders].slice(0, named).map(printable);
			health.set(senderRefused, home, { senders, more: entry.senders.size > named });
		},
		review(homes) {
			for (const [id, { senders, last }] of known) {
				const home = homes.get(id);
				const allowed = (sender: string) =>
					home?.senders === "any" || home?.domains.includes(domainOf(sender));
				if (home && now() - last < toldFor && ![...senders].every(allowed)) continue;
				known.delete(id);
				health.clear(senderRefused, id);
			}
		},
	};
}
