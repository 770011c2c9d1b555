import { type Settled, settleClaims } from "./claims.ts";
import type { Home } from "./home.ts";

/** Settles as `settleClaims` does, from what it settled the last time and what is another way since. */
export type Settle = typeof settleClaims;

export interface ClaimBook extends Settle {
	/**
	 * The homes with these in the place of what they were, when nothing that they claim is anybody else's, and nothing was
	 * in conflict; undefined when that is not so, or `applied` is not what was settled the last time. It costs what changed.
	 */
	few(applied: ReadonlyMap<string, Home>, changed: ReadonlyMap<string, Home>): Map<string, Home> | undefined;
}

/** What a home may share with another. */
type Kind = "key" | "address" | "domain";

/**
 * Makes a `settleClaims` that remembers: of ten thousand homes it looks again only at those that changed, those that were
 * in conflict, and whoever shares a claim with one of these, directly or through others. Nobody else can be concerned,
 * since a conflict is between homes that share a claim, and what had none stays as it was wanted.
 */
export function claimBook(): ClaimBook {
	const claimants: Record<Kind, Map<string, string | Set<string>>> = {
		key: new Map(),
		address: new Map(),
		domain: new Map(),
	};
	/** What was wanted of each home, and what came of it. */
	let wantedBefore: ReadonlyMap<string, Home> = new Map();
	let settledBefore: ReadonlyMap<string, Home> = new Map();
	let inConflict: ReadonlySet<string> = new Set();

	function settle(applied: ReadonlyMap<string, Home>, wanted: ReadonlyMap<string, Home>): Settled {
		const changed = new Set(inConflict);
		for (const [id, home] of wanted) if (wantedBefore.get(id) !== home) changed.add(id);
		for (const [id, home] of applied) if (settledBefore.get(id) !== home) changed.add(id);
		for (const id of wantedBefore.keys()) if (!wanted.has(id)) changed.add(id);
		for (const id of settledBefore.keys()) if (!applied.has(id)) changed.add(id);
		for (const id of changed) {
			for (const home of known(id)) enter(home, false);
			for (const home of [applied.get(id), wanted.get(id)]) enter(home, true);
		}
		const concerned = connected(changed, (id) => [applied.get(id), wanted.get(id)]);
		const part = settleClaims(only(applied, concerned), only(wanted, concerned));
		const homes = new Map(wanted);
		for (const id of concerned) {
			const home = part.homes.get(id);
			if (home) homes.set(id, home);
			else homes.delete(id);
			enter(applied.get(id), false);
			for (const one of [wanted.get(id), home]) enter(one, true);
		}
		wantedBefore = wanted;
		settledBefore = homes;
		inConflict = new Set(part.findings.flatMap((finding) => ("id" in finding ? finding.id : [])));
		return { ...part, homes };
	}

	function few(applied: ReadonlyMap<string, Home>, changed: ReadonlyMap<string, Home>) {
		if (applied !== settledBefore || inConflict.size > 0) return undefined;
		const fresh = new Set<string>();
		for (const [id, home] of changed) {
			for (const [kind, value] of claimsOf(home)) {
				if ((claimants[kind].get(value) ?? id) !== id || fresh.has(`${kind} ${value}`)) return undefined;
				fresh.add(`${kind} ${value}`);
			}
		}
		const homes = new Map(settledBefore);
		for (const [id, home] of changed) {
			for (const old of known(id)) enter(old, false);
			enter(home, true);
			homes.set(id, home);
		}
		wantedBefore = homes;
		settledBefore = homes;
		return homes;
	}

	const known = (id: string) => [wantedBefore.get(id), settledBefore.get(id)];

	function enter(home: Home | undefined, claims: boolean): void {
		for (const [kind, value] of home ? claimsOf(home) : []) {
			const map = claimants[kind];
			const there = map.get(value);
			if (claims) map.set(value, withId(there, home!.id));
			else if (there === home!.id) map.delete(value);
			else if (there instanceof Set && there.delete(home!.id) && there.size === 0) map.delete(value);
		}
	}

	/** These homes, and all that share a claim with one of them, and so on. */
	function connected(
		some: ReadonlySet<string>,
		statesOf: (id: string) => Array<Home | undefined>,
	): Set<string> {
		const found = new Set(some);
		// What is added while it is walked is walked too.
		for (const id of found) {
			for (const home of statesOf(id)) {
				for (const [kind, value] of home ? claimsOf(home) : []) {
					const sharers = claimants[kind].get(value) ?? [];
					if (typeof sharers === "string") found.add(sharers);
					else for (const sharer of sharers) found.add(sharer);
				}
			}
		}
		return found;
	}

	return Object.assign(settle, { few });
}

function* claimsOf({ publicKey, addresses, domains }: Home): Generator<[Kind, string]> {
	yield ["key", publicKey];
	for (const address of addresses) yield ["address", address];
	for (const domain of domains) yield ["domain", domain];
}

/** Nearly every claim has one claimant, who needs no set. */
function withId(there: string | Set<string> | undefined, id: string): string | Set<string> {
	if (there === undefined || there === id) return id;
	return there instanceof Set ? there.add(id) : new Set([there, id]);
}

/** In the order of the map, which is that in which conflicts are named. */
function only(homes: ReadonlyMap<string, Home>, ids: ReadonlySet<string>): Map<string, Home> {
	const some = new Map<string, Home>();
	if (ids.size <= 1) {
		for (const id of ids) if (homes.has(id)) some.set(id, homes.get(id)!);
		return some;
	}
	for (const [id, home] of homes) if (ids.has(id)) some.set(id, home);
	return some;
}
