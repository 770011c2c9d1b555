import { domainToASCII } from "node:url";
import type { QueuedMessage } from "../../shared/postfix/queue.ts";

/** Which of these domains have mail waiting. */
export async function queuedAmong(
	domains: ReadonlySet<string>,
	messages: AsyncIterable<QueuedMessage>,
): Promise<Set<string>> {
	const queued = new Set<string>();
	for await (const { recipients, unread } of messages) {
		// What could not be read may be for any of them, and a domain is only left when nothing waits for it.
		if (unread) return new Set(domains);
		for (const { address } of recipients) {
			const domain = domainOf(address);
			if (domains.has(domain)) queued.add(domain);
		}
		if (queued.size === domains.size) break;
	}
	return queued;
}

/** The domain of a recipient, in the form that our maps have. */
export function domainOf(address: string): string {
	const domain = address.slice(address.lastIndexOf("@") + 1).toLowerCase();
	// With SMTPUTF8 a recipient's domain may be queued in its Unicode form (RFC 6531).
	return /^[ -~]*$/.test(domain) ? domain : domainToASCII(domain);
}
