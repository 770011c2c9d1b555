import type { Address, Cidr } from "../../shared/address.ts";
import { clientText } from "../../shared/banned-client.ts";
import { createDuty, type Duty } from "../../shared/duty.ts";
import { changeMap, type MapPlace, replaceMap } from "../../shared/haproxy/map.ts";
import type { Health } from "../../shared/health.ts";
import type { Logger } from "../../shared/log.ts";
import { MINUTE, SECOND } from "../../shared/time.ts";
import { failing } from "./conditions.ts";
import { cutBanned } from "./cut.ts";

/** More changes than this are made by giving HAProxy the whole map. */
const singly = 200;

/** For one run, in which a map of 100,000 entries may have to be given. */
const deadline = 30 * SECOND;

type Place = MapPlace & { pid: number; master: string };

export interface EnforceOptions {
	/** HAProxy's map, which process has it, and its master's socket; undefined while none runs. */
	place(): Place | undefined;
	/** Whose a tunnel address is. */
	homeAt(address: Address): string | undefined;
	of(home: string): ReadonlyMap<Cidr, number>;
	all(): ReadonlyMap<string, ReadonlyMap<Cidr, number>>;
	health: Health;
	log: Logger;
}

interface Change {
	home: string;
	client: Cidr;
	/** Undefined: the ban is over. */
	until: number | undefined;
	isNew: boolean;
}

const textOf = (until: number) => new Date(until).toISOString();

/** How HAProxy's map names a home's client. */
export const keyOf = (home: string, client: Cidr) => `${home}|${clientText(client)}`;

/**
 * Makes HAProxy's map what homes have banned: after a change of one home its own entries alone, for a process that is new
 * everything. Whoever is banned and still connected is cut off after that, so that nobody comes back in between. Subjects are homes; without one, all of them.
 */
export function createEnforcement(options: EnforceOptions): Duty {
	/** What the process has, by home and client; when each ends. */
	let has: { pid: number; bans: Map<string, Map<Cidr, number>> } | undefined;
	/** Banned clients that may still be connected. */
	let connected = new Set<Cidr>();

	async function run({ subjects, signal }: { subjects: ReadonlySet<string>; signal: AbortSignal }) {
		const place = options.place();
		if (!place) {
			has = undefined;
			return;
		}
		const known = has?.pid === place.pid && !subjects.has("") ? has.bans : undefined;
		const changes = known && [...subjects].flatMap((home) => changesOf(home, known));
		// What fails halfway leaves it unknown what HAProxy has.
		has = undefined;
		for (const { client, isNew } of changes ?? []) if (isNew) connected.add(client);
		if (!changes || changes.length > singly) await giveAll(place, signal);
		else {
			const entries = (some: readonly Change[]) =>
				new Map(some.map(({ home, client, until }) => [keyOf(home, client), textOf(until!)]));
			await changeMap(
				place,
				{
					fresh: entries(changes.filter(({ isNew }) => isNew)),
					changed: entries(changes.filter(({ isNew, until }) => !isNew && until !== undefined)),
					gone: changes
						.filter(({ until }) => until === undefined)
						.map(({ home, client }) => keyOf(home, client)),
				},
				signal,
			);
			for (const home of subjects) {
				const now = options.of(home);
				if (now.size > 0) known!.set(home, new Map(now));
				else known!.delete(home);
			}
			has = { pid: place.pid, bans: known! };
		}
		if (!changes)
			for (const held of has!.bans.values()) for (const client of held.keys()) connected.add(client);
		await cut(place, signal);
	}

	async function cut(place: Place, signal: AbortSignal): Promise<void> {
		if (connected.size === 0) return;
		const isBanned = (home: string, client: Cidr) => options.of(home).has(client);
		const ended = await cutBanned({ place, clients: connected, homeAt: options.homeAt, isBanned, signal });
		connected = new Set();
		if (ended > 0) options.log.info({ ended }, `${ended} connections of clients that were banned were cut`);
	}

	async function giveAll(place: Place, signal: AbortSignal): Promise<void> {
		const bans = new Map([...options.all()].map(([home, held]) => [home, new Map(held)]));
		const entries = new Map<string, string>();
		for (const [home, held] of bans)
			for (const [client, until] of held) entries.set(keyOf(home, client), textOf(until));
		await replaceMap(place, entries, signal);
		has = { pid: place.pid, bans };
	}

	function changesOf(home: string, known: ReadonlyMap<string, ReadonlyMap<Cidr, number>>): Change[] {
		const before = known.get(home) ?? new Map<Cidr, number>();
		const now = options.of(home);
		const gone = [...before.keys()].filter((client) => !now.has(client));
		const fresh = [...now].filter(([client, until]) => before.get(client) !== until);
		return [
			...gone.map((client) => ({ home, client, until: undefined, isNew: false })),
			...fresh.map(([client, until]) => ({ home, client, until, isNew: !before.has(client) })),
		];
	}

	return createDuty({
		name: "bans",
		run,
		deadline,
		backoff: { first: SECOND, max: MINUTE },
		failing,
		health: options.health,
		log: options.log,
	});
}
