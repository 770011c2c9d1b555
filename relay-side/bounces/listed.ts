import { isRequired, parseRecipient, type Recipient } from "../../shared/recipient.ts";
import type { HomeLists } from "../facts.ts";

/**
 * Whether a home itself has told that this recipient is valid, with or without an extension such as `+shop`. Of those
 * that are valid everywhere nobody can say whether the home named them.
 */
export function isListed(lists: HomeLists | undefined, home: string, address: string): boolean {
	const known = lists?.of(home);
	const recipient = parseRecipient(address);
	if (!known || !recipient) return false;
	const whole = plain(recipient, known.delimiter);
	return !isRequired(whole) && (known.list.has(recipient) || known.list.has(whole));
}

function plain(recipient: Recipient, delimiters: string): Recipient {
	const at = recipient.lastIndexOf("@");
	const local = recipient.slice(0, at);
	for (let place = 1; place < local.length; place++)
		if (delimiters.includes(local[place]!))
			return `${local.slice(0, place)}${recipient.slice(at)}` as Recipient;
	return recipient;
}
