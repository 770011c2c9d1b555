import { type FSWatcher, watch } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { fileMark } from "./file-mark.ts";
import type { Logger } from "./log.ts";
import { SECOND } from "./time.ts";

export interface FilesWatchOptions {
	/** One of the files was changed, replaced, made or removed. */
	onChange(): void;
	log: Logger;
	/** Milliseconds without a further event before that is told, and after which it is told in any case. */
	quiet?: number;
	most?: number;
}

export interface FilesWatch {
	/** Watches these files from now on, and no others; they need not be there. */
	follow(files: Iterable<string>): Promise<void>;
	/** Looks at every file's times; for a schedule, as a safety net. */
	look(): Promise<void>;
	stop(): void;
}

/** Who sets a program up writes its files several times in a second. */
const defaults = { quiet: SECOND, most: 5 * SECOND };

/** Tells when somebody changed one of a few files. Each folder is watched, as a file that is replaced is another one. */
export function watchFiles(options: FilesWatchOptions): FilesWatch {
	const { log } = options;
	const { quiet, most } = { ...defaults, ...options };
	const marks = new Map<string, string>();
	const watchers = new Map<string, { handle: FSWatcher; ino: bigint }>();
	let timer: NodeJS.Timeout | undefined;
	let firstEvent = 0;
	let warned = false;
	let stopped = false;

	function eventIn(folder: string, name: string | null): void {
		const ours = name === null || name === basename(folder) || marks.has(`${folder}/${name}`);
		if (!ours || stopped) return;
		// An event that names the folder itself says that it was moved or deleted; the next may get its inode.
		if (name === basename(folder)) release(folder);
		const now = performance.now();
		if (timer === undefined) firstEvent = now;
		clearTimeout(timer);
		timer = setTimeout(() => void look(), Math.max(0, Math.min(quiet, firstEvent + most - now)));
	}

	async function look(): Promise<void> {
		clearTimeout(timer);
		timer = undefined;
		let changed = false;
		// First the folders: what happens from here on is told by an event, or seen by this look.
		for (const folder of new Set([...marks.keys()].map((file) => dirname(file)))) await ensureWatched(folder);
		for (const [file, before] of [...marks]) {
			const mark = await fileMark(file);
			if (mark === before || !marks.has(file)) continue;
			marks.set(file, mark);
			changed = true;
		}
		if (changed && !stopped) options.onChange();
	}

	/** Watches the folder that is there now, which need not be the one that was there before. */
	async function ensureWatched(folder: string): Promise<void> {
		try {
			const { ino } = await stat(folder, { bigint: true });
			if (stopped || watchers.get(folder)?.ino === ino) return;
			release(folder);
			const handle = watch(folder, { persistent: false }, (_, name) => eventIn(folder, name));
			handle.on("error", () => release(folder));
			watchers.set(folder, { handle, ino });
		} catch (error) {
			release(folder);
			// Without events (inotify's limits, no such folder) the schedule has to do.
			if (!warned) log.debug({ err: error, folder }, "a folder of settings is not watched");
			warned = true;
		}
	}

	function release(folder: string): void {
		watchers.get(folder)?.handle.close();
		watchers.delete(folder);
	}

	return {
		look,
		async follow(files) {
			const wanted = new Set(files);
			for (const file of [...marks.keys()]) if (!wanted.has(file)) marks.delete(file);
			const folders = new Set([...wanted].map((file) => dirname(file)));
			for (const folder of [...watchers.keys()]) if (!folders.has(folder)) release(folder);
			for (const folder of folders) await ensureWatched(folder);
			for (const file of wanted) if (!marks.has(file)) marks.set(file, await fileMark(file));
		},
		stop() {
			stopped = true;
			clearTimeout(timer);
			for (const folder of [...watchers.keys()]) release(folder);
		},
	};
}
