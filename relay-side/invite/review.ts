import type { Health } from "../../shared/health.ts";
import { DAY, MINUTE } from "../../shared/time.ts";
import type { RelayFacts } from "../facts.ts";
import type { Identity } from "../identity.ts";
import type { InvitationBook } from "./book.ts";
import { invitationOver, secondMachine } from "./conditions.ts";

/** How long a new invitation may be without a home's file that names it: the command line writes that right after. */
const namedWithin = 10 * MINUTE;

/** How long it is told that a second machine came. */
const secondToldFor = 1 * DAY;

/** Sees to the ends of invitations: a home that is heard with its new key, a day that is over, a file that is gone. */
export interface Review {
	/** A home is here. */
	heard(home: string): void;
	/** Homes or invitations have changed. */
	look(): void;
	/** To be called now and then. */
	age(): Promise<void>;
}

export function createReview(options: {
	book: InvitationBook;
	facts: Pick<RelayFacts, "homes" | "presence">;
	identity: Pick<Identity, "hasSpoken">;
	health: Health;
	/** Milliseconds, steadily growing. */
	now?: () => number;
}): Review {
	const { book, facts, identity, health } = options;
	const now = options.now ?? (() => performance.now());
	/** Since when an open invitation is without a file. */
	const unnamedSince = new Map<string, number>();
	/** What was told, so that it can end. */
	const over = new Set<string>();
	/** Since when it is told of each home that a second machine came. */
	const secondSince = new Map<string, number>();

	function invitationOf(home: string): string | undefined {
		const registry = facts.homes.value?.registry;
		return registry?.invited.get(home)?.invitation ?? registry?.homes.get(home)?.invitation;
	}

	function look(): void {
		const expired = [...book.unsettled()].filter(
			({ id, home, state }) => state === "expired" && invitationOf(home) === id,
		);
		const homes = new Set(expired.map(({ home }) => home));
		for (const home of homes) health.set(invitationOver, home, undefined);
		for (const home of over) if (!homes.has(home)) health.clear(invitationOver, home);
		over.clear();
		for (const home of homes) over.add(home);
	}

	/**
	 * What no file came to name is an order that broke off: nobody has its code. What another one took the place of is over.
	 */
	async function forgetUnnamed(): Promise<void> {
		const replaced = [...book.records.values()].filter(({ id, home }) => {
			const named = invitationOf(home);
			return named !== undefined && named !== id && book.records.get(named)?.home === home;
		});
		await book.forget(replaced.map(({ id }) => id));
		const unnamed = book
			.live()
			.filter(({ id, home, state }) => state === "open" && invitationOf(home) !== id);
		const ids = new Set(unnamed.map(({ id }) => id));
		for (const id of unnamedSince.keys()) if (!ids.has(id)) unnamedSince.delete(id);
		for (const id of ids) unnamedSince.set(id, unnamedSince.get(id) ?? now());
		await book.forget([...ids].filter((id) => now() - unnamedSince.get(id)! > namedWithin));
	}

	function heard(home: string): void {
		const publicKey = facts.homes.value?.registry.homes.get(home)?.publicKey;
		if (publicKey === undefined) return;
		for (const record of book.live()) {
			// A pulse without proof is anybody's.
			if (record.publicKey !== publicKey || !identity.hasSpoken({ ...record, publicKey })) continue;
			void book.join(record.id).catch(() => {
				// It is tried again with the next look.
			});
		}
	}

	return {
		heard,
		look,
		async age() {
			await book.age();
			await forgetUnnamed();
			for (const { home } of book.live()) if (facts.presence.all.get(home)?.here) heard(home);
			look();
			const told = new Set(health.subjects(secondMachine));
			for (const home of secondSince.keys()) if (!told.has(home)) secondSince.delete(home);
			for (const home of told) {
				const since = secondSince.get(home) ?? now();
				secondSince.set(home, since);
				if (now() - since > secondToldFor) health.clear(secondMachine, home);
			}
		},
	};
}
