import type { Address } from "../../shared/address.ts";
import { isDomainForm } from "../../shared/domain-name.ts";
import { HeimwegError } from "../../shared/errors.ts";
import { parseRecipient, type Recipient, recipientForms } from "../../shared/recipient.ts";
import { slices } from "../../shared/slices.ts";

/** The maps that are ours; Postfix parameters of the same meaning read them. */
export type MapName = "transport" | "relay_domains" | "relay_recipients";

/** Entries that are made into text between two looks at the clock. */
const entriesAtOnce = 100;

/** Key and value pairs of a map. */
export type Entries = ReadonlyMap<string, string>;

/** The transport(5) entry that keeps a domain's mail in the queue; error(8) takes the text as the reason. */
export const retryRoute = "retry:4.3.0 mail for this domain has to wait at the relay";

/** The value of an entry of relay_domains or relay_recipients; Postfix only looks whether there is one. */
export const relayed = "heimweg";

/** The transport(5) entry that sends a domain's mail into the tunnel; the brackets keep the DNS out of it. */
export function routeOf(home: { addresses: readonly Address[]; mailPort: number }, service: string): string {
	return `${service}:[${home.addresses[0]}]:${home.mailPort}`;
}

/** True for a route that only Heimweg writes. */
export function isOurRoute(route: string, service: string): boolean {
	return route.startsWith(`${service}:`) || route.startsWith("retry:");
}

/** True for a key of the kind that we write, a domain in either form; a catch-all or a mail address is somebody else's. */
export function isDomainKey(key: string): boolean {
	return isDomainForm(key);
}

/** True for a recipient, or `@domain` for all of a domain, exactly as we write it. */
export function isRecipientKey(key: string): key is Recipient {
	const recipient = parseRecipient(key);
	return (
		recipient !== undefined && (recipient === key || recipientForms(recipient).includes(key as Recipient))
	);
}

/** True for a key of the map with a value of one line of visible ASCII, which no reader takes for anything else. */
export function isEntry(key: string, value: string, map: MapName = "transport"): boolean {
	return (
		(map === "relay_recipients" ? isRecipientKey(key) : isDomainKey(key)) && /^[!"$-~][ -~]*$/.test(value)
	);
}

/** The text that `postmap -i` reads; throws when an entry could be read as anything but itself (postmap(1)). */
export function mapText(entries: Entries, map: MapName = "transport"): string {
	let text = "";
	for (const [key, value] of entries) {
		if (!isEntry(key, value, map)) {
			throw new HeimwegError(`"${key} ${value}" is no entry for a Postfix map`);
		}
		text += `${key} ${value}\n`;
	}
	return text;
}

/** The same in slices, for maps of any size. */
export async function longMapText(entries: Entries, map: MapName): Promise<string> {
	const slice = slices();
	const texts: string[] = [];
	let some = new Map<string, string>();
	for (const [key, value] of entries) {
		some.set(key, value);
		if (some.size < entriesAtOnce) continue;
		texts.push(mapText(some, map));
		some = new Map();
		if (slice.due()) await slice.turn();
	}
	return texts.join("") + mapText(some, map);
}

/** The text that `postmap -d -` and `postmap -q -` read; throws when a key could be read as anything but itself. */
export function keyText(keys: Iterable<string>): string {
	let text = "";
	for (const key of keys) {
		if (!isSafeKey(key)) throw new HeimwegError(`"${key}" is no key of a Postfix map`);
		text += `${key}\n`;
	}
	return text;
}

/** True for a key that is one visible word, as every key is that postmap(1) makes from a text in UTF-8. */
export function isSafeKey(key: string): boolean {
	// U+FFFD stands for bytes that are no UTF-8: nobody could name that key to postmap.
	return /^[^\p{Z}\p{C}\uFFFD]+$/u.test(key);
}

/** Reads what `postmap -s` and `postmap -q -` print: a key, a tab, a value. */
export function parseEntries(text: string): Map<string, string> {
	const entries = new Map<string, string>();
	for (const line of text.split("\n")) {
		const entry = parseEntry(line);
		if (entry) entries.set(...entry);
	}
	return entries;
}

/** Reads one such line: key and value; undefined when it is none. */
export function parseEntry(line: string): [string, string] | undefined {
	const tab = line.indexOf("\t");
	return tab > 0 ? [line.slice(0, tab), line.slice(tab + 1)] : undefined;
}
