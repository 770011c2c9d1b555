import type { QueuedMessage } from "./queue.ts";
import { type Machines, type Reason, reasonOf } from "./reason.ts";
import type { ReasonKind } from "./reason-rules.ts";

/** Mail that Postfix could not deliver so far, all for one kind of reason. */
export interface HeldUp extends Reason {
	mails: number;
	/** Seconds since 1970: when the oldest of them came. */
	oldest: number;
	/** Domains of the recipients that are concerned. */
	domains: ReadonlySet<string>;
	/** What Postfix noted of the oldest. */
	text: string;
}

/** Characters of Postfix's words that are shown. */
const shown = 200;

/**
 * Sorts the mail that waits by the reason that Postfix noted, as the messages pass by. `machinesOf` names the machines for a
 * recipient, or is undefined for one that is not asked about.
 */
export function heldUp(machinesOf: (address: string) => Machines | undefined): {
	see(message: QueuedMessage): void;
	/** What was seen, by the kind of reason. */
	readonly found: ReadonlyMap<ReasonKind, HeldUp>;
} {
	const found = new Map<ReasonKind, HeldUp & { domains: Set<string> }>();
	return {
		found,
		see({ queue_name: queue, arrival_time: arrived, recipients }) {
			if (queue !== "deferred" && queue !== "active") return;
			const counted = new Set<ReasonKind>();
			for (const { address, delay_reason: text } of recipients) {
				const machines = text ? machinesOf(address) : undefined;
				if (!text || !machines) continue;
				const reason = reasonOf(text, machines);
				const before = found.get(reason.kind);
				const domains = before?.domains ?? new Set();
				domains.add(address.slice(address.lastIndexOf("@") + 1).toLowerCase());
				const older = !before || arrived < before.oldest;
				found.set(reason.kind, {
					...(older ? { ...reason, text: text.slice(0, shown), oldest: arrived } : before),
					mails: (before?.mails ?? 0) + (counted.has(reason.kind) ? 0 : 1),
					domains,
				});
				counted.add(reason.kind);
			}
		},
	};
}
