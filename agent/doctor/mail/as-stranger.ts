import { messageOf } from "../../../shared/errors.ts";
import type { Journey } from "./journey.ts";
import { type WatchDeps, watchMail } from "./log.ts";

/** What became of a mail that the relay sent as a stranger sends one. */
export type StrangersSeen =
	/** The relay has not sent it, and why. */
	| { is: "not_sent"; why: string }
	/** The relay has taken it from itself, and it is not in the mailbox: what Postfix here says, if it has come here. */
	| { is: "not_delivered"; journey: Journey | undefined }
	/** It was delivered, and Dovecot does not show it. */
	| { is: "not_read"; why: string }
	/** It was delivered; `text` as it lies in the mailbox. */
	| { is: "delivered"; journey: Journey; text: string; took: number };

/** Has the relay send a mail to this mailbox as anybody would, and waits until it is there. Never throws. */
export async function seeStrangersMail(
	to: string,
	deps: WatchDeps & {
		/** Has the relay send it; resolves to its Message-ID. */
		ask(to: string): Promise<string>;
	},
): Promise<StrangersSeen> {
	const { now = () => performance.now() } = deps;
	const since = new Date();
	let id: string;
	try {
		id = await deps.ask(to);
	} catch (error) {
		return { is: "not_sent", why: messageOf(error) };
	}
	const taken = now();
	const watch = watchMail(id, deps, since);
	const why = await watch.delivered(1);
	const [journey] = watch.journeys;
	if (why !== undefined || !journey) return { is: "not_delivered", journey };
	const took = now() - taken;
	try {
		const [text] = await watch.copies(to);
		return text === undefined ? { is: "not_read", why: "" } : { is: "delivered", journey, text, took };
	} catch (error) {
		return { is: "not_read", why: messageOf(error) };
	}
}
