import type { Family } from "../../shared/address.ts";

interface SourceKind {
	/** How people are told who saw an address. */
	shown: string;
	/** Whom we believe when two differ: the greater number. */
	trust: Record<Family, number>;
	/** It sees us in one family at a time: what it said of the other one before ages. */
	oneFamily?: true;
	/** It stands before the NAT: a private address there is what NAT looks like, and nothing to report. */
	beforeNat?: true;
}

/**
 * Who tells a public address. IPv4: an interface shows the address before the NAT; only who is outside sees the one
 * behind it. IPv6: no NAT; from outside one sees whatever (temporary) address a connection happened to use.
 */
const kinds = {
	relay: { shown: "the relay", trust: { 4: 3, 6: 2 }, oneFamily: true },
	"check-ip": { shown: "a check-ip service", trust: { 4: 2, 6: 1 } },
	interface: { shown: "the kernel", trust: { 4: 1, 6: 3 }, beforeNat: true },
} as const satisfies Record<string, SourceKind>;

/** Who saw an address: the relay (through the tunnel), a check-ip service, or our own interface. */
export type Source = keyof typeof kinds;

export const sources: Readonly<Record<Source, SourceKind>> = kinds;

/** All sources, the most trusted first. */
export function byTrust(family: Family): readonly Source[] {
	const all = Object.keys(kinds) as Source[];
	return all.sort((a, b) => sources[b].trust[family] - sources[a].trust[family]);
}

/** The sources that count less than this one. */
export function lessTrusted(family: Family, source: Source): readonly Source[] {
	const order = byTrust(family);
	return order.slice(order.indexOf(source) + 1);
}

/** How people are told of a source, be it one that another version knew. */
export function shownSource(source: string): string {
	return Object.hasOwn(kinds, source) ? sources[source as Source].shown : source;
}
