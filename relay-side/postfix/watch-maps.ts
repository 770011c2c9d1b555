import { type FSWatcher, watch } from "node:fs";
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { codeOf, messageOf } from "../../shared/errors.ts";
import type { Logger } from "../../shared/log.ts";

export interface MapsWatchOptions<Name extends string> {
	/** The folder of our maps, which may vanish and come back. */
	directory: string;
	/** The file names of the maps in it. */
	files: ReadonlyMap<string, Name>;
	/** Whether somebody else changed the map's file since this was last asked. */
	changedByOthers(map: Name): Promise<boolean>;
	/** Somebody else did. */
	onChange(map: Name): void;
	log: Logger;
}

export interface MapsWatch {
	/** Looks at every file's times; for a schedule, as a safety net. */
	look(): Promise<void>;
	stop(): void;
}

/** Milliseconds from an event to the look: a writer writes often, and each look is one for all of that. */
const gather = 50;

/** Milliseconds after which a folder that is not there, or cannot be watched, is looked for again. */
const retryDelay = 1_000;

/** Tells at once when somebody else changes, damages or removes one of our maps. Our own writes cost a look, no more. */
export function watchMaps<Name extends string>(options: MapsWatchOptions<Name>): MapsWatch {
	const { directory, files, log } = options;
	let watcher: { handle: FSWatcher; ino: bigint; dev: bigint } | undefined;
	let timer: NodeJS.Timeout | undefined;
	let looking: Promise<void> = Promise.resolve();
	let stopped = false;
	let warned = false;

	/** A stream of events puts no look off: the first of them has set the time. */
	function lookAfter(milliseconds: number): void {
		if (stopped || timer) return;
		timer = setTimeout(() => void look(), milliseconds);
	}

	function look(): Promise<void> {
		looking = looking.then(once);
		return looking;
	}

	async function once(): Promise<void> {
		if (stopped) return;
		clearTimeout(timer);
		timer = undefined;
		// What happens from here on is told by an event, or seen by this look.
		const watched = await ensureWatched();
		for (const map of files.values()) if (await options.changedByOthers(map)) tell(map);
		if (!watched) lookAfter(retryDelay);
	}

	function tell(map: Name): void {
		if (!stopped) options.onChange(map);
	}

	/** Watches the folder that is there now, which need not be the one that was there before. */
	async function ensureWatched(): Promise<boolean> {
		try {
			const { ino, dev } = await stat(directory, { bigint: true });
			if (stopped || (watcher && watcher.ino === ino && watcher.dev === dev)) return true;
			release();
			const handle = watch(directory, { persistent: false }, (_, name) => {
				// An event that names the folder itself says that it was moved or deleted.
				if (name === null || name === basename(directory) || files.has(name)) lookAfter(gather);
			});
			handle.on("error", () => {
				release();
				lookAfter(retryDelay);
			});
			watcher = { handle, ino, dev };
			return true;
		} catch (error) {
			release();
			if (codeOf(error) === "ENOENT") return false;
			if (!warned) {
				warned = true;
				log.warn(
					{ directory },
					`damage to Postfix's maps is seen once a minute only, as ${directory} cannot be watched: ${messageOf(error)}`,
				);
			}
			// Without events (inotify's limits, a file system without them) the schedule has to do.
			return true;
		}
	}

	function release(): void {
		watcher?.handle.close();
		watcher = undefined;
	}

	return {
		look,
		stop() {
			stopped = true;
			clearTimeout(timer);
			release();
		},
	};
}
