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
}

/** What a home said for good; without soft_bounce no mail waits with such an answer. */
const forGood = /^(?:delivery temporarily suspended: )*host \S+ said: 5|^message size \d+ exceeds/;

/** Sorts the mails that are held by their home. */
export async function heldByHome(
	messages: AsyncIterable<QueuedMessage>,
	homeOf: (address: string) => string | undefined,
): Promise<Map<string, HeldMail[]>> {
	const held = new Map<string, HeldMail[]>();
	for await (const {
		queue_id: id,
		queue_name: queue,
		arrival_time: arrived,
		recipients,
		forced_expire,
	} of messages) {
		if (queue !== "deferred" || !id) continue;
		for (const { address, delay_reason: text } of recipients) {
			const home = text && forGood.test(text) ? homeOf(address) : undefined;
			if (home === undefined) continue;
			const mail = {
				id,
				arrived: arrived * 1000,
				recipient: address,
				text: text!,
				letGo: forced_expire === true,
			};
			const list = held.get(home) ?? [];
			held.set(home, list);
			list.push(mail);
			break;
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
