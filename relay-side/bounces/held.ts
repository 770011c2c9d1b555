import { writeFile } from "node:fs/promises";
import { HeimwegError, messageOf } from "../../shared/errors.ts";
import type { QueuedMessage } from "../../shared/postfix/queue.ts";

/** A mail that would have gone back to its sender, and waits instead (soft_bounce). */
export interface HeldMail {
	id: string;
	/** Milliseconds since 1970. */
	arrived: number;
	recipient: string;
	text: string;
	/** It was let go already, and goes back at the next try. */
	letGo: boolean;
	/** Nobody else waits for it: homes refuse all recipients that have not got it, or this home alone does. */
	refusedByAll: boolean;
	refusedHereAlone: boolean;
}

/** What a home said for good; without soft_bounce no mail waits with such an answer. */
const forGood = /^(?:delivery temporarily suspended: )*host \S+ said: 5|^message size \d+ exceeds/;

/**
 * Sorts the mails that are held by their home. Postfix lets a mail go as a whole: one that also waits for somebody else, such
 * as a home that is away, must not go back for the sake of a home that refuses it.
 */
export async function heldByHome(
	messages: AsyncIterable<QueuedMessage>,
	homeOf: (address: string) => string | undefined,
): Promise<Map<string, HeldMail[]>> {
	const held = new Map<string, HeldMail[]>();
	for await (const message of messages) {
		const { queue_id: id, queue_name: queue, recipients } = message;
		if (queue !== "deferred" || !id) continue;
		const refusing = recipients.map(({ address, delay_reason: text }) =>
			text && forGood.test(text) ? homeOf(address) : undefined,
		);
		for (const home of new Set(refusing)) {
			if (home === undefined) continue;
			const { address, delay_reason: text } = recipients[refusing.indexOf(home)]!;
			const list = held.get(home) ?? [];
			held.set(home, list);
			list.push({
				...{ id, arrived: message.arrival_time * 1000, recipient: address, text: text! },
				letGo: message.forced_expire === true,
				refusedByAll: !message.unread && !refusing.includes(undefined),
				refusedHereAlone: !message.unread && refusing.every((one) => one === home),
			});
		}
	}
	return held;
}

/** Queue IDs that are let go at one time; the rest follows. */
const most = 1_000;

/**
 * Lets mails go: asks the unit heimweg-relay-expire, which is root's, to have Postfix expire them ("postsuper -e"). Postfix
 * then sends each back to its sender at the next try that fails, as it would have done at once. Throws a HeimwegError.
 */
export async function letGo(file: string, ids: readonly string[]): Promise<number> {
	const some = [...new Set(ids)].slice(0, most);
	if (some.length === 0) return 0;
	try {
		await writeFile(file, some.map((id) => `${id}\n`).join(""), { flag: "wx" });
		return some.length;
	} catch (error) {
		throw new HeimwegError(`the mails cannot be let go: ${messageOf(error)}`, {
			remedy: 'look at "systemctl status heimweg-relay-expire.path heimweg-relay-expire.service"',
			cause: error,
		});
	}
}
