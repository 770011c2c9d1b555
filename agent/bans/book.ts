import { createHash } from "node:crypto";
import { z } from "zod";
import type { Cidr } from "../../shared/address.ts";
import { cidrSchema } from "../../shared/config.ts";
import { type BansSaid, longestBan, mostBans } from "../../shared/protocol/bans.ts";
import { SECOND } from "../../shared/time.ts";

const banSchema = z.object({
	client: cidrSchema,
	/** Who asked for it, such as a jail of fail2ban's. */
	by: z.string(),
	/** Milliseconds since 1970. */
	since: z.number(),
	until: z.number(),
});
export const bansSchema = z.array(banSchema);
export type Ban = z.infer<typeof banSchema>;

/** Bans that are remembered, of all jails together; the relay takes fewer. */
const mostRemembered = 10_000;

/** Who is banned at this home, and what the relay has to be told of it. */
export interface BanBook {
	all(): readonly Ban[];
	/** `at`: when it was asked for, if not now. */
	add(ban: { client: Cidr; by: string; seconds: number | undefined; at?: number }): void;
	/** Ends the bans of a client; those of one jail alone, if it is named. Returns how many. */
	remove(client: Cidr, by: string | undefined): number;
	/** Ends all bans of a jail. */
	flush(by: string): number;
	/** Ends what is over; true when something was. */
	expire(): boolean;
	/** How many clients are banned. */
	clients(): number;
	/** Clients that are banned but not told, because there are too many. */
	untold(): number;
	/** What the relay is to be told. */
	toTell(): BansSaid;
	/** The relay has this state now; true when it has to be told more. */
	confirmed(mark: string | undefined): boolean;
}

export function createBanBook(remembered: readonly Ban[] = [], now: () => number = Date.now): BanBook {
	const bans = new Map<string, Ban>();
	/** By how many jails each client is banned: what is asked at every ban must not look at all of them. */
	const counts = new Map<Cidr, number>();
	/** What the relay has confirmed, and what it was told last. */
	let has: { mark: string; clients: ReadonlyMap<Cidr, number> } | undefined;
	let told: { mark: string; clients: ReadonlyMap<Cidr, number> } | undefined;
	for (const ban of remembered) put(ban);

	function put(ban: Ban): void {
		const key = `${ban.client} ${ban.by}`;
		// The one that was renewed last comes last.
		drop(key);
		bans.set(key, ban);
		counts.set(ban.client, (counts.get(ban.client) ?? 0) + 1);
		const [oldest] = bans.keys();
		if (bans.size > mostRemembered) drop(oldest!);
	}

	function drop(key: string): boolean {
		const ban = bans.get(key);
		if (!ban) return false;
		const left = counts.get(ban.client)! - 1;
		if (left > 0) counts.set(ban.client, left);
		else counts.delete(ban.client);
		return bans.delete(key);
	}

	/** Until when each client is banned, the latest ones. */
	function clients(): Map<Cidr, number> {
		const latest = new Map<Cidr, number>();
		for (const { client, until } of [...bans.values()].reverse()) {
			const before = latest.get(client);
			if (before === undefined && latest.size >= mostBans) continue;
			latest.set(client, Math.max(before ?? 0, until));
		}
		return latest;
	}

	function removeIf(gone: (ban: Ban) => boolean): number {
		let count = 0;
		for (const [key, ban] of bans) if (gone(ban) && drop(key)) count++;
		return count;
	}

	return {
		all: () => [...bans.values()],
		add({ client, by, seconds, at: since = now() }) {
			const lasts = Math.min(seconds === undefined ? longestBan : seconds * SECOND, longestBan);
			put({ client, by, since, until: since + lasts });
		},
		remove: (client, by) => removeIf((ban) => ban.client === client && (by === undefined || ban.by === by)),
		flush: (by) => removeIf((ban) => ban.by === by),
		expire: () => removeIf(({ until }) => until <= now()) > 0,
		clients: () => counts.size,
		untold: () => Math.max(0, counts.size - mostBans),
		toTell() {
			const current = clients();
			told = { mark: markOf(current), clients: current };
			const before = has?.clients ?? new Map<Cidr, number>();
			const at = now();
			return {
				mark: told.mark,
				...(has ? { since: has.mark } : {}),
				add: [...current]
					.filter(([client, until]) => before.get(client) !== until)
					.map(([client, until]) => [client, Math.max(1, Math.ceil((until - at) / SECOND))]),
				remove: [...before.keys()].filter((client) => !current.has(client)),
			};
		},
		confirmed(mark) {
			const wasAll = has === undefined;
			const agrees = told !== undefined && told.mark === mark;
			has = agrees ? told : undefined;
			// A relay that does not take what it is told whole is not told it again and again.
			if (!agrees) return !wasAll;
			return markOf(clients()) !== mark;
		},
	};
}

function markOf(clients: ReadonlyMap<Cidr, number>): string {
	const text = [...clients].map(([client, until]) => `${client} ${until}`).sort();
	return createHash("sha256").update(text.join("\n")).digest("hex").slice(0, 16);
}
