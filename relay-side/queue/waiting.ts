import type { QueuedMessage } from "../../shared/postfix/queue.ts";
import { domainOf } from "../postfix/queue.ts";

/** A message in Postfix's queue that one home is to get. */
export interface QueuedMail {
	id: string;
	/** On its way, asked to be on its way, or waiting for another try. */
	queue: "active" | "incoming" | "deferred";
	/** Seconds since 1970. */
	arrived: number;
	/** Why it was not delivered the last time, if there was one. */
	reason: string | undefined;
}

/** Sorts the queue by home; a message for two homes is in both lists, one that its owner put on hold in none. */
export async function mailByHome(
	messages: AsyncIterable<QueuedMessage>,
	homeOf: (domain: string) => string | undefined,
): Promise<Map<string, QueuedMail[]>> {
	const lists = new Map<string, QueuedMail[]>();
	for await (const { queue_id: id, queue_name: queue, arrival_time: arrived, recipients } of messages) {
		if (queue !== "active" && queue !== "incoming" && queue !== "deferred") continue;
		const homes = new Map<string, string | undefined>();
		for (const { address, delay_reason: reason } of recipients) {
			const home = homeOf(domainOf(address));
			if (home !== undefined && !homes.get(home)) homes.set(home, reason);
		}
		for (const [home, reason] of homes) {
			const list = lists.get(home) ?? [];
			lists.set(home, list);
			list.push({ id, queue, arrived, reason });
		}
	}
	return lists;
}
