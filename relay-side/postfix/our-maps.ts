import type { MapName } from "./entry.ts";
import { type DatabaseType, type MapStore, mapFile, mapReference } from "./maps.ts";

/** The maps of ours that Postfix reads, and where they are. */
export interface OurMaps {
	store: MapStore;
	type: DatabaseType;
	/** How Postfix's parameters name a map. */
	reference(map: MapName): string;
	/** The file that holds it. */
	file(map: MapName): string;
}

export function ourMaps(store: MapStore, at: { directory: string; type: DatabaseType }): OurMaps {
	return {
		store,
		type: at.type,
		reference: (map) => mapReference(at, map),
		file: (map) => mapFile(at, map),
	};
}
