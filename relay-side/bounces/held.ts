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
	/** Other recipients of it wait because their server is away, or says "later". */
	waits: boolean;
	/** Other homes for which it is held. */
	others: readonly string[];
}

/** What a home said for good; without soft_bounce no mail waits with such an answer. */
const forGood =
	/^(?:delivery temporarily suspended: )*host \S+ said: 5|^message size \d+ exceeds|^SMTPUTF8 is required|^message requires SMTPUTF8/;

/** Sorts the mails that are held by their home; one with recipients at several homes is held for each of them. */
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
		unread,
	} of messages) {
		if (queue !== "deferred" || !id) continue;
		const first = new Map<string, { recipient: string; text: string }>();
		// What could not be read of it may be a recipient who waits.
		let waits = unread === true;
		for (const { address: recipient, delay_reason: text } of recipients) {
			const home = text && forGood.test(text) ? homeOf(recipient) : undefined;
			if (home === undefined) waits = true;
			else if (!first.has(home)) first.set(home, { recipient, text: text! });
		}
		for (const [home, words] of first) {
			const others = [...first.keys()].filter((other) => other !== home);
			const mail = { id, arrived: arrived * 1000, ...words, letGo: forced_expire === true, waits, others };
			const known = held.get(home);
			if (known) known.push(mail);
			else held.set(home, [mail]);
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
