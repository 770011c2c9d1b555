import { z } from "zod";
import type { Cidr } from "../../shared/address.ts";
import { clientText, parseClient } from "../../shared/banned-client.ts";
import { cidrSchema } from "../../shared/config.ts";
import { type bansSaidSchema, mostBans } from "../../shared/protocol/bans.ts";
import { MINUTE, SECOND } from "../../shared/time.ts";

/** Clients that all homes together may have banned: HAProxy keeps them in memory. */
export const mostInAll = 100_000;

/** A ban whose end differs by less from one that the relay's owner has lifted is that ban, told again. */
const sameBan = MINUTE;

/** Each time that a ban is told its end differs by so much: seconds are told, and the way takes its time. */
const sameEnd = 3 * SECOND;

/** Bans that the relay's owner has lifted, and when they would have ended. */
export const liftedSchema = z.array(z.object({ home: z.string(), client: cidrSchema, until: z.number() }));
export type Lifted = z.output<typeof liftedSchema>;

/** Whom each home bans. Times are milliseconds since 1970. */
export interface BanBook {
	/** Takes what a home said: whether somebody is banned or let in by it, and the state that the home is at now; without one it has to tell everything. */
	take(home: string, said: z.output<typeof bansSaidSchema>): { mark: string | undefined; changed: boolean };
	/** The owner of the relay lets a client in again, also when the home tells of this ban once more. */
	lift(home: string, client: Cidr): boolean;
	/** What the owner of the relay has lifted, and is not over. */
	lifted(): Lifted;
	/** Ends what is over; true when something was. */
	expire(): boolean;
	/** Forgets homes that are gone; true when one had bans. */
	keep(homes: ReadonlyMap<string, unknown>): boolean;
	of(home: string): ReadonlyMap<Cidr, number>;
	/** By home. */
	all(): ReadonlyMap<string, ReadonlyMap<Cidr, number>>;
	/** How many are held for all homes. */
	total(): number;
	/** A home had to be refused a ban, because there are too many in all. */
	isFull(): boolean;
	/** As HAProxy's map has them. */
	entries(): Map<string, string>;
}

/** @param before the map as it was last written, and what was lifted */
export function createBanBook(
	before: { file?: string; lifted?: Lifted } = {},
	now: () => number = Date.now,
): BanBook {
	const bans = new Map<string, Map<Cidr, number>>();
	const marks = new Map<string, string>();
	const lifted = new Map<string, Map<Cidr, number>>();
	let total = 0;
	let full = false;
	for (const { home, client, until } of before.lifted ?? []) setLifted(home, client, until);
	for (const line of (before.file ?? "").split("\n")) remember(line);

	function remember(line: string): void {
		const [, home = "", text = "", end = ""] = /^([^|\s]+)\|(\S+) (\S+)$/.exec(line) ?? [];
		const until = Date.parse(end);
		if (!home || !(until > now())) return;
		try {
			put(home, parseClient(text), until);
		} catch {
			// Somebody else's line: the home tells again what it bans.
		}
	}

	/** Undefined: there is no place for it. */
	function put(home: string, client: Cidr, until: number): "new" | "known" | undefined {
		const held = bans.get(home) ?? new Map<Cidr, number>();
		const known = held.get(client);
		if (known !== undefined && Math.abs(known - until) < sameEnd) return "known";
		if (known === undefined) {
			full ||= total >= mostInAll;
			if (total >= mostInAll || held.size >= mostBans) return undefined;
			total++;
		}
		held.set(client, until);
		bans.set(home, held);
		return "new";
	}

	function drop(home: string, client: Cidr): boolean {
		const held = bans.get(home);
		if (!held?.delete(client)) return false;
		total--;
		full &&= total >= mostInAll;
		if (held.size === 0) bans.delete(home);
		return true;
	}

	function setLifted(home: string, client: Cidr, until: number): void {
		if (until > now()) lifted.set(home, new Map([...(lifted.get(home) ?? []), [client, until]]));
	}

	function isLifted(home: string, client: Cidr, until: number): boolean {
		const end = lifted.get(home)?.get(client);
		return end !== undefined && until < end + sameBan;
	}

	return {
		take(home, { mark, since, add, remove }) {
			if (since !== undefined && since !== marks.get(home)) return { mark: marks.get(home), changed: false };
			const stay = new Set(add.map(([client]) => client));
			const before = since === undefined ? [...(bans.get(home)?.keys() ?? [])] : [];
			let changed = false;
			for (const client of [...remove, ...before.filter((one) => !stay.has(one))])
				changed = drop(home, client) || changed;
			let whole = true;
			for (const [client, seconds] of add) {
				const until = now() + seconds * SECOND;
				if (isLifted(home, client, until)) continue;
				const is = put(home, client, until);
				whole &&= is !== undefined;
				changed ||= is === "new";
			}
			if (whole) marks.set(home, mark);
			else marks.delete(home);
			return { mark: marks.get(home), changed };
		},
		lift(home, client) {
			const until = bans.get(home)?.get(client);
			if (until === undefined || !drop(home, client)) return false;
			setLifted(home, client, until);
			return true;
		},
		lifted: () =>
			[...lifted].flatMap(([home, held]) =>
				[...held].flatMap(([client, until]) => (until > now() ? [{ home, client, until }] : [])),
			),
		expire() {
			let some = false;
			for (const [home, held] of bans)
				for (const [client, until] of [...held]) if (until <= now()) some = drop(home, client) || some;
			for (const [home, held] of lifted) {
				for (const [client, until] of held) if (until <= now()) held.delete(client);
				if (held.size === 0) lifted.delete(home);
			}
			return some;
		},
		keep(homes) {
			let some = false;
			for (const [home, held] of bans) {
				if (homes.has(home)) continue;
				for (const client of [...held.keys()]) some = drop(home, client) || some;
			}
			for (const home of marks.keys()) if (!homes.has(home)) marks.delete(home);
			for (const home of lifted.keys()) if (!homes.has(home)) lifted.delete(home);
			return some;
		},
		of: (home) => bans.get(home) ?? new Map(),
		all: () => bans,
		total: () => total,
		isFull: () => full,
		entries() {
			const entries = new Map<string, string>();
			for (const [home, held] of bans)
				for (const [client, until] of held)
					entries.set(`${home}|${clientText(client)}`, new Date(until).toISOString());
			return entries;
		},
	};
}
