import type { Address } from "../../shared/address.ts";
import type { Home } from "./home.ts";

/** Whose what is, among the homes that are served. No two of them share an address or a domain. */
export interface HomeLookup {
	/** Whose a tunnel address is. */
	readonly at: ReadonlyMap<Address, Home>;
	/** Whose a domain is, in its ASCII form; a domain that waits is nobody's. */
	readonly byDomain: ReadonlyMap<string, Home>;
}

/** Keeps the lookup in line with the homes; it costs what changed. */
export function homeLookup(): HomeLookup & {
	follow(homes: ReadonlyMap<string, Home>, changed: Iterable<string>): void;
} {
	const at = new Map<Address, Home>();
	const byDomain = new Map<string, Home>();
	const known = new Map<string, Home>();
	return {
		at,
		byDomain,
		follow(homes, changed) {
			const ids = [...changed];
			// All that goes first: what one of them gives up may be another's already.
			for (const id of ids) {
				const old = known.get(id);
				for (const address of old?.addresses ?? []) at.delete(address);
				for (const domain of old?.domains ?? []) byDomain.delete(domain);
				known.delete(id);
			}
			for (const id of ids) {
				const home = homes.get(id);
				if (!home) continue;
				for (const address of home.addresses) at.set(address, home);
				for (const domain of home.domains) byDomain.set(domain, home);
				known.set(id, home);
			}
		},
	};
}

/** The same of a few homes, or once. */
export function lookupOf(homes: ReadonlyMap<string, Home>): HomeLookup {
	const lookup = homeLookup();
	lookup.follow(homes, homes.keys());
	return lookup;
}
