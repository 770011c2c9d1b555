import type { Address } from "../../shared/address.ts";
import type { AskBanner } from "../../shared/banner.ts";
import { CommandError, type RunCommand } from "../../shared/command.ts";
import type { QueueMark } from "../../shared/postfix/activity.ts";
import { mailsText } from "../../shared/postfix/queue.ts";
import {
	createRedelivery,
	type Redelivery,
	type RedeliveryOptions,
} from "../../shared/postfix/redelivery.ts";
import { outgoingFailing } from "./conditions.ts";

export interface OutgoingOptions
	extends Pick<RedeliveryOptions, "listQueue" | "flush" | "health" | "log" | "now"> {
	/** The relay's addresses in the tunnel; `heimweg postfix` makes one of them Postfix's relayhost. */
	relay: readonly Address[];
	run: RunCommand;
	ask: AskBanner;
	mark: QueueMark;
	tunnelUp(): boolean;
}

export interface Outgoing extends Omit<Redelivery, "look"> {
	/** Looks at the queue when Postfix delivered, or tried to, since the last look. */
	look(): Promise<void>;
}

/**
 * The duty that gets mail moving which waits at home because the relay was away. It begins when the tunnel is up again,
 * and has Postfix try that mail once the relay's own Postfix answers; also while the tunnel stays up, since the relay's
 * Postfix may be away alone. It does nothing when mail goes another way.
 */
export function createOutgoing(options: OutgoingOptions): Outgoing {
	const { relay, run, health, log } = options;
	let relayhost: Address | undefined;
	let lastMark: number | undefined;

	/** The relay's address that Postfix sends everything to; undefined when it does not, or there is no Postfix. */
	async function findRelayhost(): Promise<Address | undefined> {
		try {
			const value = (await run("postconf", ["-h", "relayhost"])).trim();
			return relay.find((address) => value.startsWith(`[${address}]`));
		} catch (error) {
			if (error instanceof CommandError && error.missing) return undefined;
			throw error;
		}
	}

	const redelivery = createRedelivery({
		...options,
		name: "outgoing",
		// "connect to 10.86.0.1[10.86.0.1]:25: Connection timed out", also after "delivery temporarily suspended: "
		concerns: (reason) => relayhost !== undefined && reason.includes(`[${relayhost}]`),
		async *listQueue(signal) {
			relayhost = await findRelayhost();
			if (relayhost) yield* options.listQueue(signal);
		},
		ready: async (signal) => (await options.ask({ address: relayhost!, port: 25 }, signal)) === undefined,
		onTry(mails) {
			log.info(
				{ mails },
				`the relay answers: Postfix tries ${mailsText(mails)} again that waited here for it`,
			);
		},
		failing: outgoingFailing,
		health,
	});

	return {
		...redelivery,
		async look() {
			const mark = await options.mark();
			if (mark === undefined || mark === lastMark || !options.tunnelUp()) return;
			lastMark = mark;
			redelivery.look();
		},
	};
}
