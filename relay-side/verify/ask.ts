import type { Address } from "../../shared/address.ts";
import type { RunCommand } from "../../shared/command.ts";
import type { Delivery } from "../../shared/postfix/delivery.ts";
import { SECOND } from "../../shared/time.ts";

/** What Postfix found when it was asked whether mail for a recipient would be delivered. */
export type Verdict =
	| { is: "yes" }
	| { is: "refused" | "deferred"; text: string }
	| { is: "elsewhere"; relay: string }
	/** Postfix could not be asked, or nothing of it was seen. */
	| { is: "unknown"; error: string };

/** Milliseconds for Postfix's answer: a connect that nobody answers takes 5, a greeting that does not come longer. */
const patience = 90 * SECOND;

/**
 * Asks Postfix itself, `sendmail -bv` (sendmail(1)): it goes the way of a real mail, smtp(8), TLS and the home's answer to
 * RCPT, and stops before DATA. A dialogue of our own would be judged by other rules than mail is. With the empty sender
 * Postfix sends no report to anybody ("not sending trace/success notification for single-bounce message", bounce(8)), so
 * the answer is in its log.
 */
export function asking(options: {
	run: RunCommand;
	/** Calls back for each delivery that Postfix logs; returns the way to end that. */
	subscribe(listener: (delivery: Delivery) => void): () => void;
	now?: () => number;
}): (recipient: string, address: Address, signal: AbortSignal) => Promise<Verdict> {
	const now = options.now ?? Date.now;
	return async (recipient, address, signal) => {
		const began = now();
		let timer: NodeJS.Timeout | undefined;
		let unlisten = () => {};
		let interrupt = () => {};
		let asked = false;
		const answer = new Promise<Verdict>((resolve) => {
			unlisten = options.subscribe((delivery) => {
				// Who subscribes is told of the last line too, which may be the answer to the question before.
				if (!asked || delivery.at < began || delivery.to.toLowerCase() !== recipient) return;
				const verdict = verdictOf(delivery, address);
				if (verdict) resolve(verdict);
			});
			const late = `Postfix logged no answer within ${patience / SECOND} s`;
			timer = setTimeout(() => resolve({ is: "unknown", error: late }), patience);
			interrupt = () => resolve({ is: "unknown", error: "interrupted" });
			signal.addEventListener("abort", interrupt);
			asked = true;
		});
		try {
			if (signal.aborted) interrupt();
			else await options.run("sendmail", ["-bv", "-f", "", "--", recipient], { signal });
			return await answer;
		} catch (error) {
			return { is: "unknown", error: (error as Error).message };
		} finally {
			clearTimeout(timer);
			unlisten();
			signal.removeEventListener("abort", interrupt);
		}
	};
}

/** What a line of the log says to such a question; undefined when it is about a mail. */
export function verdictOf(delivery: Delivery, address: Address): Verdict | undefined {
	const { status, relay, dsn, text } = delivery;
	if (status === "deliverable")
		return relay.includes(`[${address}]:`) ? { is: "yes" } : { is: "elsewhere", relay };
	if (status !== "undeliverable") return undefined;
	// With soft_bounce the code is another than the one that the home gave.
	const forGood = dsn.startsWith("5") || / said: 5\d\d/.test(text);
	return { is: forGood ? "refused" : "deferred", text };
}
