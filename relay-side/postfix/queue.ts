import { domainToASCII } from "node:url";
import type { QueuedMessage } from "../../shared/postfix/queue.ts";

/** Which of these domains have mail waiting; one that has, has it in both of its forms. */
export async function queuedAmong(
	domains: ReadonlySet<string>,
	messages: AsyncIterable<QueuedMessage>,
): Promise<Set<string>> {
	const queued = new Set<string>();
	const formsOf = new Map<string, string[]>();
	for (const domain of domains)
		formsOf.set(domainOf(domain), [...(formsOf.get(domainOf(domain)) ?? []), domain]);
	for await (const { recipients, unread } of messages) {
		// What could not be read may be for any of them, and a domain is only left when nothing waits for it.
		if (unread) return new Set(domains);
		for (const { address } of recipients) {
			for (const domain of formsOf.get(domainOf(address)) ?? []) queued.add(domain);
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
