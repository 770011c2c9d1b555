import { domainForms } from "../../shared/domain-name.ts";
import { domainOfRecipient, everyoneAt, type Recipient, recipientForms } from "../../shared/recipient.ts";
import type { Registry } from "../facts.ts";
import { isRecipientKey } from "../postfix/entry.ts";
import type { AcceptAll } from "./conditions.ts";
import type { HomeList } from "./journal.ts";

/** What decides who is a valid recipient. */
export interface RecipientSources {
	registry: Registry;
	listOf(home: string): HomeList | undefined;
	/** The characters in Postfix's recipient_delimiter; undefined while they are not known. */
	delimiters: string | undefined;
}

/** What is wanted of the map, domain by domain, in each form that Postfix may meet; nothing is computed before it is asked for. */
export interface WantedRecipients {
	/** True for a domain that we are responsible for. */
	serves(domain: string): boolean;
	/** True for a key that the map shall have. */
	has(key: Recipient): boolean;
	/** All keys of these domains, or of all domains. */
	keys(domains?: ReadonlySet<string>): Set<Recipient>;
	/** Why which domains of which home accept all. */
	acceptAll: ReadonlyMap<string, AcceptAll[]>;
}

/** Computes who is valid: a domain whose recipients are not all known accepts everybody. */
export function wantedRecipients(sources: RecipientSources): WantedRecipients {
	const { homes, deferred } = sources.registry;
	const listOf = new Map<string, HomeList | undefined>();
	/** The forms that the home's list has, of domains in their other form. */
	const asciiOf = new Map<string, string>();
	const acceptAll = new Map<string, AcceptAll[]>();
	const serve = (domain: string, list: HomeList | undefined) => {
		for (const form of domainForms(domain)) {
			listOf.set(form, list);
			if (form !== domain) asciiOf.set(form, domain);
		}
	};
	for (const domain of deferred) serve(domain, undefined);
	for (const home of homes.values()) {
		const list = sources.listOf(home.id);
		const reasons = new Map<string, string[]>();
		for (const domain of home.domains) {
			const reason = openReason(list, domain, sources.delimiters);
			serve(domain, reason ? undefined : list);
			if (!reason) continue;
			const same = reasons.get(reason);
			if (same) same.push(domain);
			else reasons.set(reason, [domain]);
		}
		if (reasons.size > 0) {
			acceptAll.set(
				home.id,
				[...reasons].map(([reason, domains]) => ({ reason, domains })),
			);
		}
	}

	function has(key: Recipient): boolean {
		const domain = domainOfRecipient(key);
		const home = listOf.get(domain);
		if (home) return home.list.has(inAscii(key, domain));
		return listOf.has(domain) && key === everyoneAt(domain);
	}

	/** The recipient as a home's list has it. */
	function inAscii(key: Recipient, domain: string): Recipient {
		const ascii = asciiOf.get(domain);
		return ascii === undefined ? key : (`${key.slice(0, -domain.length)}${ascii}` as Recipient);
	}

	function keys(domains?: ReadonlySet<string>): Set<Recipient> {
		const wanted = new Set<Recipient>();
		const lists = new Set<HomeList>();
		for (const [domain, home] of listOf) {
			if (domains && !domains.has(domain)) continue;
			if (home) lists.add(home);
			else wanted.add(everyoneAt(domain));
		}
		for (const { list } of lists) {
			for (const recipient of list) {
				const forms = asciiOf.size > 0 ? recipientForms(recipient) : [recipient];
				for (const key of forms)
					if (has(key) && (!domains || domains.has(domainOfRecipient(key)))) wanted.add(key);
			}
		}
		return wanted;
	}

	return { serves: (domain) => listOf.has(domain), has, keys, acceptAll };
}

function openReason(home: HomeList | undefined, domain: string, delimiters: string | undefined) {
	if (!home) return "the home has not told who its recipients are";
	if (home.open !== undefined) return home.open;
	const missing = [...home.delimiter].filter((one) => delimiters !== undefined && !delimiters.includes(one));
	if (missing.length > 0) {
		return `its recipient_delimiter "${home.delimiter}" is not in that of Postfix here (run "heimweg-relay postfix --apply", or "postconf -e recipient_delimiter=${delimiters}${missing.join("")}" and "postfix reload")`;
	}
	if (home.list.countAt(domain) === 0) return "the home's list names nobody there";
	return undefined;
}

/** What has to change in the map. */
export interface RecipientDifference {
	add: Set<Recipient>;
	remove: Set<string>;
	/** What is neither wanted nor to be removed yet. */
	keep: Set<Recipient>;
}

/**
 * Compares the map, which is shown entry by entry and never held as a whole, with what is wanted. Entries of domains
 * that are no longer ours go once Postfix does not relay for them any more; `relayed` is what it relays for, undefined
 * when that is not known.
 */
export function compareRecipients(
	wanted: WantedRecipients,
	relayed: ReadonlySet<string> | undefined,
	complete: boolean,
): { see(key: string): void; difference(): RecipientDifference } {
	const add = wanted.keys();
	const remove = new Set<string>();
	const keep = new Set<Recipient>();
	const kept = new Set<string>();

	function see(key: string): void {
		if (!isRecipientKey(key)) {
			remove.add(key);
			return;
		}
		const domain = domainOfRecipient(key);
		if (wanted.serves(domain)) {
			if (!add.delete(key) && !wanted.has(key)) remove.add(key);
		} else if (complete && relayed && !relayed.has(domain)) remove.add(key);
		else {
			keep.add(key);
			kept.add(domain);
		}
	}

	function difference(): RecipientDifference {
		for (const domain of relayed ?? []) {
			// Whoever put it there: what Postfix relays for must not be refused for want of an entry.
			const everyone = everyoneAt(domain);
			if (!wanted.serves(domain) && !kept.has(domain) && isRecipientKey(everyone)) add.add(everyone);
		}
		return { add, remove, keep };
	}

	return { see, difference };
}
