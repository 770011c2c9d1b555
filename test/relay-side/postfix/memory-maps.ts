import type { Entries, MapName } from "../../../relay-side/postfix/entry.ts";
import { MapDamaged, type MapStore } from "../../../relay-side/postfix/maps.ts";

/** Maps in memory, which can be damaged, watched, and made to stop before any write. */
export interface MemoryMaps extends MapStore {
	content: Record<MapName, Map<string, string> | "damaged">;
	/** How many writes happened. */
	writes: number;
	/** Called after each write. */
	afterWrite?: () => void;
	/** Throws before the write of this number, as if the program had been killed there. */
	killBefore?: number;
	/** Maps that can be read, but not changed until they are made anew. */
	unwritable: Set<MapName>;
	/** Maps that were mended, in this order. */
	mended: MapName[];
	/** What every read throws, if anything. */
	failure?: Error;
}

export class Killed extends Error {}

export function memoryMaps(transport: Record<string, string> = {}, relayDomains: string[] = []): MemoryMaps {
	const content: MemoryMaps["content"] = {
		transport: new Map(Object.entries(transport)),
		relay_domains: new Map(relayDomains.map((domain) => [domain, "heimweg"])),
		relay_recipients: new Map(),
	};
	const open = (map: MapName) => {
		if (store.failure) throw store.failure;
		const entries = content[map];
		if (entries === "damaged") throw new MapDamaged(map, `the map ${map} is damaged`);
		return entries;
	};
	const write = (map: MapName, act: () => void) => {
		if (store.unwritable.has(map)) throw new MapDamaged(map, `the map ${map} cannot be changed`);
		if (store.killBefore === store.writes) throw new Killed("killed");
		act();
		store.writes += 1;
		store.afterWrite?.();
	};
	const store: MemoryMaps = {
		content,
		writes: 0,
		unwritable: new Set(),
		mended: [],
		each: async (map, show) => {
			for (const [key, value] of await store.list(map)) show(key, value);
		},
		list: async (map) => new Map(open(map)),
		query: async (map, keys) => {
			const entries = open(map);
			const wanted = new Set(keys);
			return new Map([...entries].filter(([key]) => wanted.has(key)));
		},
		set: async (map, fresh: Entries) => {
			const entries = open(map);
			write(map, () => {
				for (const [key, value] of fresh) entries.set(key, value);
			});
		},
		remove: async (map, keys) => {
			const entries = open(map);
			write(map, () => {
				for (const key of keys) entries.delete(key);
			});
		},
		rebuild: async (map, entries) => {
			store.unwritable.delete(map);
			write(map, () => {
				content[map] = new Map(entries);
			});
		},
		mend: async (map, entries) => {
			await store.rebuild(map, entries);
			store.mended.push(map);
		},
		changedByOthers: async () => false,
	};
	return store;
}
