import type { ReturnsSaid } from "../protocol/bounces.ts";
import { firstReturns, type Returned } from "./returned.ts";

/** Domains that are told of in one check-in. */
const most = 100;

/** Characters of a recipient, and of Postfix's words, that are told. */
const longestRecipient = 320;
const longestWords = 300;

/** What a check-in says of mail that went back; undefined when none did. */
export function returnsTold(known: Iterable<Returned>): ReturnsSaid | undefined {
	const first = [...firstReturns(known).values()].slice(0, most);
	if (first.length === 0) return undefined;
	return {
		returned: first.map(({ recipient, text, since, held }) => ({
			recipient: recipient.slice(0, longestRecipient),
			said: text.slice(0, longestWords),
			since: new Date(since).toISOString(),
			...(held ? { held } : {}),
		})),
	};
}
