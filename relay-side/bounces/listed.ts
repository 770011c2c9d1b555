import { parseRecipient, type Recipient } from "../../shared/recipient.ts";
import type { HomeLists } from "../facts.ts";

/** Whether a home itself has told that this recipient is valid, with or without an extension such as `+shop`. */
export function isListed(lists: HomeLists | undefined, home: string, address: string): boolean {
	const known = lists?.of(home);
	const recipient = parseRecipient(address);
	if (!known || !recipient) return false;
	return known.list.has(recipient) || known.list.has(plain(recipient, known.delimiter));
}

function plain(recipient: Recipient, delimiters: string): Recipient {
	const at = recipient.lastIndexOf("@");
	const local = recipient.slice(0, at);
	for (let place = 1; place < local.length; place++)
		if (delimiters.includes(local[place]!))
			return `${local.slice(0, place)}${recipient.slice(at)}` as Recipient;
	return recipient;
}
