import { asciiDomain, domainForms } from "../../shared/domain-name.ts";
import { domainOfRecipient, everyoneAt, type Recipient, recipientForms } from "../../shared/recipient.ts";
import { slices } from "../../shared/slices.ts";
import type { Home, Registry } from "../facts.ts";
import { isRecipientKey } from "../postfix/entry.ts";
import type { AcceptAll } from "./conditions.ts";
import type { HomeList } from "./journal.ts";

/** What decides who is a valid recipient. */
export interface RecipientSources {
	registry: Registry;
	/** Whose a domain is. */
	byDomain: ReadonlyMap<string, Home>;
	listOf(home: string): HomeList | undefined;
	/** The characters in Postfix's recipient_delimiter; undefined while they are not known. */
	delimiters: string | undefined;
}

/**
 * What is wanted of the map, domain by domain, in each form that Postfix may meet. Nothing is computed before it is
 * asked for, and then of what is asked for alone: there may be a hundred thousand domains.
 */
export interface WantedRecipients {
	/** True for a domain that we are responsible for. */
	serves(domain: string): boolean;
	/** True for a key that the map shall have. */
	has(key: Recipient): boolean;
	/** How many keys the map shall have at a domain. */
	countAt(domain: string): number;
	/** The domains that we are responsible for, in each form. */
	domains(): Iterable<string>;
	/** All keys of these domains. */
	keys(domains: Iterable<string>): Promise<Set<Recipient>>;
	/** Why which domains of a home accept all; undefined when none does. */
	acceptAll(home: Home): AcceptAll[] | undefined;
}

/** Who is valid: a domain whose recipients are not all known accepts everybody. */
export function wantedRecipients(sources: RecipientSources): WantedRecipients {
	const { byDomain, registry } = sources;

	/** The list that says who is valid at a domain, "everybody" where none does; undefined when it is not ours. */
	function at(ascii: string | undefined): HomeList | "everybody" | undefined {
		if (ascii === undefined) return undefined;
		const home = byDomain.get(ascii);
		if (!home) return registry.deferred.has(ascii) ? "everybody" : undefined;
		const list = sources.listOf(home.id);
		return openReason(list, ascii, sources.delimiters) === undefined ? list : "everybody";
	}

	function has(key: Recipient): boolean {
		const domain = domainOfRecipient(key);
		const ascii = asciiOf(domain);
		const valid = at(ascii);
		if (valid === "everybody") return key === everyoneAt(domain);
		// The home's list has the domain in its ASCII form.
		return valid?.list.has(`${key.slice(0, -domain.length)}${ascii}` as Recipient) ?? false;
	}

	function countAt(domain: string): number {
		const ascii = asciiOf(domain);
		const valid = at(ascii);
		return valid === "everybody" ? 1 : (valid?.list.countAt(ascii!) ?? 0);
	}

	function* domains(): Generator<string> {
		for (const domain of byDomain.keys()) yield* domainForms(domain);
		for (const domain of registry.deferred) if (!byDomain.has(domain)) yield* domainForms(domain);
	}

	async function keys(some: Iterable<string>): Promise<Set<Recipient>> {
		const slice = slices();
		const wanted = new Set<Recipient>();
		const lists = new Set<HomeList>();
		const among = new Set(some);
		for (const domain of among) {
			const valid = at(asciiOf(domain));
			if (valid === "everybody") wanted.add(everyoneAt(domain));
			else if (valid) lists.add(valid);
			if (slice.due()) await slice.turn();
		}
		for (const { list } of lists) {
			for (const recipient of list) {
				for (const key of recipientForms(recipient))
					if (among.has(domainOfRecipient(key)) && has(key)) wanted.add(key);
				if (slice.due()) await slice.turn();
			}
		}
		return wanted;
	}

	function acceptAll({ id, domains }: Home): AcceptAll[] | undefined {
		const list = sources.listOf(id);
		const reasons = new Map<string, string[]>();
		for (const domain of domains) {
			const reason = openReason(list, domain, sources.delimiters);
			if (reason === undefined) continue;
			const same = reasons.get(reason);
			if (same) same.push(domain);
			else reasons.set(reason, [domain]);
		}
		return reasons.size > 0 ? [...reasons].map(([reason, domains]) => ({ reason, domains })) : undefined;
	}

	return { serves: (domain) => at(asciiOf(domain)) !== undefined, has, countAt, domains, keys, acceptAll };
}

/** The ASCII form of a domain as it stands in the map; undefined for a form that we would not write. */
function asciiOf(domain: string): string | undefined {
	const ascii = asciiDomain(domain);
	return ascii === domain || (ascii !== undefined && domainForms(ascii).includes(domain)) ? ascii : undefined;
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
	/** What may be missing: all keys of each domain of which some are. */
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
): { see(key: string): void; difference(): Promise<RecipientDifference> } {
	const remove = new Set<string>();
	const keep = new Set<Recipient>();
	const kept = new Set<string>();
	/** How many of the wanted keys are there; a map has each key once. */
	const seen = new Map<string, number>();

	function see(key: string): void {
		if (!isRecipientKey(key)) {
			remove.add(key);
			return;
		}
		const domain = domainOfRecipient(key);
		if (wanted.serves(domain)) {
			if (wanted.has(key)) seen.set(domain, (seen.get(domain) ?? 0) + 1);
			else remove.add(key);
		} else if (complete && relayed && !relayed.has(domain)) remove.add(key);
		else {
			keep.add(key);
			kept.add(domain);
		}
	}

	async function difference(): Promise<RecipientDifference> {
		const slice = slices();
		const lacking = new Set<string>();
		for (const domain of wanted.domains()) {
			if ((seen.get(domain) ?? 0) < wanted.countAt(domain)) lacking.add(domain);
			if (slice.due()) await slice.turn();
		}
		const add = await wanted.keys(lacking);
		for (const domain of relayed ?? []) {
			// Whoever put it there: what Postfix relays for must not be refused for want of an entry.
			const everyone = everyoneAt(domain);
			if (!wanted.serves(domain) && !kept.has(domain) && isRecipientKey(everyone)) add.add(everyone);
			if (slice.due()) await slice.turn();
		}
		return { add, remove, keep };
	}

	return { see, difference };
}
