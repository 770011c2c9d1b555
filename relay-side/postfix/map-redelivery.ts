import { mailsText } from "../../shared/postfix/queue.ts";
import {
	createRedelivery,
	type Redelivery,
	type RedeliveryOptions,
} from "../../shared/postfix/redelivery.ts";
import { redeliveryFailing } from "./conditions.ts";

/** How Postfix says that it could not look into a map (trivial-rewrite(8), local(8)). */
const damage = /address resolver failure|lookup (error|failure)/i;

/**
 * Milliseconds: Postfix's processes see a mended map after 10 s, and its queue manager keeps the last answer for 30 s.
 * What waits longer waits for another map than ours.
 */
const patience = 150_000;

/**
 * The duty that gets mail moving which a damaged map has deferred, whoever it is for. Told to begin when a map was
 * mended, it makes Postfix try such mail until none is left.
 */
export function createMapRedelivery(
	options: Pick<RedeliveryOptions, "listQueue" | "flush" | "health" | "log" | "now">,
): Redelivery {
	return createRedelivery({
		...options,
		name: "map redelivery",
		concerns: (reason) => damage.test(reason),
		onTry(mails) {
			options.log.info(
				{ mails },
				`Postfix tries ${mailsText(mails)} again that waited because of a damaged map`,
			);
		},
		patience,
		parked: true,
		failing: redeliveryFailing,
	});
}
