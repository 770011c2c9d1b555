import type { Claim, Finding } from "./conditions.ts";
import { type Conflict, claims, findConflicts } from "./conflicts.ts";
import type { Home } from "./home.ts";

/** Who is served what, once every claim is settled. */
export interface Settled {
	homes: Map<string, Home>;
	deferred: Set<string>;
	findings: Finding[];
}

/**
 * Makes every claim unique. `applied` is what is served now and has no conflicts; `wanted` is what the files say.
 * Who has a thing keeps it, and a newcomer that claims it stays as it was. What two newcomers claim goes to neither:
 * a domain is withheld from both; a key or an address costs both their change, and when nothing of theirs was served,
 * their domains' mail is deferred. All changes are judged together, so the order of the files never matters.
 */
export function settleClaims(applied: ReadonlyMap<string, Home>, wanted: ReadonlyMap<string, Home>): Settled {
	const homes = new Map(wanted);
	const refused = new Map<string, Claim[]>();
	const contested = new Map<string, Claim[]>();

	const refuse = (id: string, claim: Claim, list: Map<string, Claim[]>) => {
		note(list, id, claim);
		const old = applied.get(id);
		if (old) homes.set(id, old);
		else homes.delete(id);
	};

	// Each round puts at least one home back to what is applied, and that has no conflicts: the loop ends.
	for (;;) {
		const conflicts = findConflicts(homes.values());
		const held = conflicts.filter((conflict) => holderOf(conflict, applied) !== undefined);
		const hard = conflicts.filter((conflict) => conflict.key !== "domains");
		const round = held.length > 0 ? held : hard;
		if (round.length === 0) {
			for (const conflict of conflicts) withhold(conflict, homes, contested);
			break;
		}
		for (const conflict of round) {
			const holder = holderOf(conflict, applied);
			for (const id of conflict.ids) {
				if (id === holder) continue;
				const others = holder === undefined ? conflict.ids.filter((other) => other !== id) : [holder];
				const list = holder === undefined ? contested : refused;
				refuse(id, { key: conflict.key, value: conflict.value, others }, list);
			}
		}
	}
	const findings: Finding[] = [
		...[...refused].map(
			([id, list]): Finding => ({ is: "refused", id, claims: list, served: homes.has(id) }),
		),
		...[...contested].map(
			([id, list]): Finding => ({ is: "contested", id, claims: list, served: homes.has(id) }),
		),
	];
	return { homes, findings, deferred: deferredDomains(homes, wanted, contested) };
}

function holderOf({ ids, key, value }: Conflict, applied: ReadonlyMap<string, Home>): string | undefined {
	return ids.find((id) => claims(applied.get(id), key, value));
}

function withhold(
	{ ids, key, value }: Conflict,
	homes: Map<string, Home>,
	contested: Map<string, Claim[]>,
): void {
	for (const id of ids) {
		const home = homes.get(id)!;
		homes.set(id, { ...home, domains: home.domains.filter((domain) => domain !== value) });
		note(contested, id, { key, value, others: ids.filter((other) => other !== id) });
	}
}

function note(list: Map<string, Claim[]>, id: string, claim: Claim): void {
	const known = list.get(id);
	if (known) known.push(claim);
	else list.set(id, [claim]);
}

/** The contested domains, and all domains of homes that a contested key or address keeps from being served. */
function deferredDomains(
	homes: ReadonlyMap<string, Home>,
	wanted: ReadonlyMap<string, Home>,
	contested: ReadonlyMap<string, Claim[]>,
): Set<string> {
	const deferred = new Set<string>();
	for (const [id, list] of contested) {
		for (const { key, value } of list) if (key === "domains") deferred.add(value);
		if (!homes.has(id)) for (const domain of wanted.get(id)?.domains ?? []) deferred.add(domain);
	}
	if (deferred.size > 0) {
		for (const home of homes.values()) for (const domain of home.domains) deferred.delete(domain);
	}
	return deferred;
}
