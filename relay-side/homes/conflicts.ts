import type { Home } from "./home.ts";

/** What may belong to one home only; the names are the home file's keys. */
export type ClaimKey = "public_key" | "addresses" | "domains";

/** One thing that more than one home claims. */
export interface Conflict {
	key: ClaimKey;
	value: string;
	/** The ids of all that claim it, two at least. */
	ids: string[];
}

/** A home, or one that has no key yet. */
export type Claimant = Pick<Home, "id" | "addresses" | "domains"> & { publicKey?: string };

/** Everything that more than one of these homes claims; an empty list when each claim is unique. */
export function findConflicts(homes: Iterable<Claimant>): Conflict[] {
	const owners = new Map<string, string>();
	const conflicts = new Map<string, Conflict>();
	const claim = (id: string, key: ClaimKey, value: string) => {
		const name = `${key} ${value}`;
		const first = owners.get(name);
		if (first === undefined) {
			owners.set(name, id);
			return;
		}
		const known = conflicts.get(name);
		if (known) known.ids.push(id);
		else conflicts.set(name, { key, value, ids: [first, id] });
	};
	for (const home of homes) {
		if (home.publicKey !== undefined) claim(home.id, "public_key", home.publicKey);
		for (const address of home.addresses) claim(home.id, "addresses", address);
		for (const domain of home.domains) claim(home.id, "domains", domain);
	}
	return [...conflicts.values()];
}

/** True when the home has this key, address or domain. */
export function claims(home: Home | undefined, key: ClaimKey, value: string): boolean {
	if (!home) return false;
	if (key === "public_key") return home.publicKey === value;
	const list: readonly string[] = key === "addresses" ? home.addresses : home.domains;
	return list.includes(value);
}
