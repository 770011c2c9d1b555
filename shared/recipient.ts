import { hash } from "node:crypto";
import { asciiDomain, domainForms, isDomain } from "./domain-name.ts";

/**
 * A valid recipient: `user@domain`, or `@domain` for every user of a domain, in small letters, as Postfix folds the
 * keys of its tables (postmap(1)).
 */
export type Recipient = string & { readonly __recipient: unique symbol };

/**
 * The local parts that can be a key of a Postfix table and nothing else: RFC 5321's dot-strings with any dots, in
 * ASCII. A `#` in front would make the line a comment (postmap(1)); quoted local parts hold spaces and line breaks.
 */
const localPart = /^[a-z0-9!$%&'*+/=?^_`{|}~.-][a-z0-9!#$%&'*+/=?^_`{|}~.-]{0,63}$/;

/**
 * Reads a recipient, in any case of letters, its domain in either form; undefined when it is none that a table can
 * hold. A local part in other letters than ASCII's is none.
 */
export function parseRecipient(text: string): Recipient | undefined {
	const recipient = /^[!-~]+$/.test(text) ? text.toLowerCase() : withAsciiDomain(text);
	if (recipient === undefined) return undefined;
	const at = recipient.lastIndexOf("@");
	const local = recipient.slice(0, at);
	if (at < 0 || (local !== "" && !localPart.test(local))) return undefined;
	return isDomain(recipient.slice(at + 1)) ? (recipient as Recipient) : undefined;
}

function withAsciiDomain(text: string): string | undefined {
	const at = text.lastIndexOf("@") + 1;
	const local = text.slice(0, at);
	// Before the letters become small: there is more than one sign whose small form is an ASCII letter.
	const domain = /^[!-~]+$/.test(local) ? asciiDomain(text.slice(at)) : undefined;
	return domain === undefined ? undefined : local.toLowerCase() + domain;
}

/** True for a name that can stand before an `@`. */
export function isLocalPart(text: string): boolean {
	return localPart.test(text.toLowerCase());
}

/** The names that every mail domain takes mail for, whoever else it has (RFC 5321, section 4.5.1; RFC 2142). */
export const requiredNames: readonly string[] = ["postmaster", "abuse"];

/** True for an address of such a name, which is valid although nobody may have named it. */
export function isRequired(address: string): boolean {
	return requiredNames.includes(address.slice(0, address.lastIndexOf("@")).toLowerCase());
}

/** The domain of a recipient. */
export function domainOfRecipient(recipient: Recipient): string {
	return recipient.slice(recipient.lastIndexOf("@") + 1);
}

/** The recipient with its domain in each form that Postfix may meet. */
export function recipientForms(recipient: Recipient): Recipient[] {
	const local = recipient.slice(0, recipient.lastIndexOf("@") + 1);
	return domainForms(domainOfRecipient(recipient)).map((domain) => `${local}${domain}` as Recipient);
}

/** The recipient that stands for every user of a domain. */
export function everyoneAt(domain: string): Recipient {
	return `@${domain}` as Recipient;
}

/**
 * A set of recipients with a digest that is the same for equal sets, and costs what a change changes: the exclusive
 * or of the first 16 bytes of each recipient's SHA-256. It tells two lists apart, and is no proof against forgery.
 */
export class RecipientSet {
	readonly #recipients: Set<Recipient> = new Set();
	readonly #atDomain: Map<string, number> = new Map();
	readonly #digest: Buffer = Buffer.alloc(16);

	constructor(recipients: Iterable<Recipient> | RecipientSet = []) {
		if (recipients instanceof RecipientSet) {
			// Hashing everything anew would make a small change dear.
			this.#recipients = new Set(recipients.#recipients);
			this.#atDomain = new Map(recipients.#atDomain);
			this.#digest = Buffer.from(recipients.#digest);
		} else for (const recipient of recipients) this.add(recipient);
	}

	add(recipient: Recipient): void {
		if (this.#recipients.has(recipient)) return;
		this.#recipients.add(recipient);
		this.#change(recipient, 1);
	}

	delete(recipient: Recipient): void {
		if (this.#recipients.delete(recipient)) this.#change(recipient, -1);
	}

	has(recipient: Recipient): boolean {
		return this.#recipients.has(recipient);
	}

	get size(): number {
		return this.#recipients.size;
	}

	/** How many of a domain are in it. */
	countAt(domain: string): number {
		return this.#atDomain.get(domain) ?? 0;
	}

	/** 32 hexadecimal digits. */
	get digest(): string {
		return this.#digest.toString("hex");
	}

	[Symbol.iterator](): IterableIterator<Recipient> {
		return this.#recipients[Symbol.iterator]();
	}

	/** What this set has and the other lacks. */
	without(other: RecipientSet): Recipient[] {
		return [...this].filter((recipient) => !other.has(recipient));
	}

	#change(recipient: Recipient, by: 1 | -1): void {
		const domain = domainOfRecipient(recipient);
		this.#atDomain.set(domain, this.countAt(domain) + by);
		const bytes = hash("sha256", recipient, "buffer");
		for (let at = 0; at < 16; at++) this.#digest[at]! ^= bytes[at]!;
	}
}
