import type { Family } from "../../shared/address.ts";
import { say } from "../../shared/words/say.ts";

/** How far somebody who tells a public address is believed. */
export interface SourceKind {
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
export const ownSources = {
	relay: { shown: say`the relay`, trust: { 4: 3, 6: 2 }, oneFamily: true },
	"check-ip": { shown: say`a check-ip service`, trust: { 4: 2, 6: 1 } },
	interface: { shown: say`the kernel`, trust: { 4: 1, 6: 3 }, beforeNat: true },
} as const satisfies Sources;

/** Who may see an address, by name: our own three, and those that other parts bring. */
export type Sources = Readonly<Record<string, SourceKind>>;

/** All sources, the most trusted first. */
export function byTrust(family: Family, sources: Sources = ownSources): readonly string[] {
	const trustIn = (name: string) => sources[name]!.trust[family];
	return Object.keys(sources).sort((a, b) => trustIn(b) - trustIn(a));
}

/** The sources that count less than this one. */
export function lessTrusted(
	family: Family,
	source: string,
	sources: Sources = ownSources,
): readonly string[] {
	const order = byTrust(family, sources);
	return order.slice(order.indexOf(source) + 1);
}

/** How people are told of a source, be it one that another version knew. */
export function shownSource(source: string, sources: Sources = ownSources): string {
	return Object.hasOwn(sources, source) ? sources[source]!.shown : source;
}
