import type { FSWatcher } from "node:fs";
import { watch } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { codeOf, messageOf } from "../../shared/errors.ts";
import type { Logger } from "../../shared/log.ts";
import { say } from "../../shared/words/say.ts";
import type { HomeFile, ParseHome } from "./home.ts";
import { homeIdOf } from "./home.ts";
import { readHomeFile, type Seen, sameStamp, stampOf } from "./read.ts";
import type { Files } from "./registry.ts";

export interface HomesWatchOptions {
	directory: string;
	parse: ParseHome;
	/** Called with all files after each change, and at the start. */
	onFiles(files: Files): void;
	log: Logger;
	/** Milliseconds of quiet after an event before the files are read; 20 by default. */
	debounce?: number;
}

/** Keeps an eye on the homes directory. */
export interface HomesWatch {
	/** Looks at every file, reading only those that changed; for a schedule, as a safety net. */
	rescan(): Promise<void>;
	stop(): Promise<void>;
}

/** The longest that a stream of events puts off reading, in milliseconds. */
const longestDebounce = 250;

/** How often a directory that cannot be watched is tried again, in milliseconds. */
const retryDelay = 1_000;

/** How many files are looked at side by side. */
const sideBySide = 32;

/** Starts watching; resolves when the directory has been read, or found unreadable, once. */
export async function watchHomes(options: HomesWatchOptions): Promise<HomesWatch> {
	const { directory, parse, onFiles, log } = options;
	const debounce = options.debounce ?? 20;
	const cache = new Map<string, Seen>();
	/** What the files say, by id. */
	const homes = new Map<string, HomeFile>();
	const touched = new Set<string>();
	let everything = true;
	let stopped = false;
	let watcher: { handle: FSWatcher; ino: bigint; dev: bigint } | undefined;
	let timer: NodeJS.Timeout | undefined;
	let firstEventAt: number | undefined;
	let said: string | undefined;
	let warned = false;
	let scanning: Promise<void> = Promise.resolve();

	function onEvent(name: string | null): void {
		// An event that names the directory itself says that it was moved or deleted.
		if (name === null || name === basename(directory)) everything = true;
		if (name !== null && isHomeFileName(name)) touched.add(name);
		if (!everything && touched.size === 0) return;
		firstEventAt ??= performance.now();
		const patience = firstEventAt + longestDebounce - performance.now();
		schedule(Math.max(0, Math.min(debounce, patience)));
	}

	function schedule(delay: number): void {
		clearTimeout(timer);
		if (!stopped) timer = setTimeout(() => void scan(), delay);
	}

	function scan(): Promise<void> {
		scanning = scanning.then(async () => {
			if (stopped) return;
			firstEventAt = undefined;
			try {
				await look();
			} catch (error) {
				unreadable(error);
			}
		});
		return scanning;
	}

	async function look(): Promise<void> {
		const full = everything;
		const names = [...touched];
		everything = false;
		touched.clear();
		if (full) await ensureWatched();
		const present = full ? (await readdir(directory)).filter(isHomeFileName) : names;
		let changed = said !== "";
		const others = new Set<string>();
		for (let i = 0; i < present.length; i += sideBySide) {
			const some = await Promise.all(present.slice(i, i + sideBySide).map((name) => lookAt(name, !full)));
			for (const [at, is] of some.entries()) if (is) others.add(keyOf(present[i + at]!));
			// Nothing of it need have taken another turn, and there may be thousands.
			if (present.length > sideBySide) await setImmediate();
		}
		changed ||= others.size > 0;
		if (full) changed = forgetOthers(new Set(present)) || changed;
		// A directory that vanished shows all its files as absent; that is no removal.
		else if (names.some((name) => !cache.has(name))) await readdir(directory);
		if (!changed || stopped) return;
		const few = full || said !== "" ? {} : { changed: others };
		said = "";
		onFiles({ readable: true, directory, homes: new Map(homes), ...few });
	}

	/** True when the file is another than it was; a file that an event named is read whatever its times say. */
	async function lookAt(name: string, always: boolean): Promise<boolean> {
		const path = join(directory, name);
		const stamp = stampOf(path);
		if (!stamp) return forget(name);
		const known = cache.get(name);
		if (known && !always && sameStamp(known.stamp, stamp)) return false;
		const file = await readHomeFile(path, name, parse);
		if (!file) return forget(name);
		cache.set(name, { stamp, file });
		homes.set(keyOf(name), file);
		return true;
	}

	function forget(name: string): boolean {
		homes.delete(keyOf(name));
		return cache.delete(name);
	}

	function forgetOthers(present: ReadonlySet<string>): boolean {
		const gone = [...cache.keys()].filter((name) => !present.has(name));
		for (const name of gone) forget(name);
		return gone.length > 0;
	}

	/** Watches the directory that is there now, which need not be the one that was there before. */
	async function ensureWatched(): Promise<void> {
		const { ino, dev } = await stat(directory, { bigint: true });
		if (watcher && watcher.ino === ino && watcher.dev === dev) return;
		watcher?.handle.close();
		watcher = undefined;
		try {
			const handle = watch(directory, { persistent: false }, (_, name) => onEvent(name));
			handle.on("error", (error) => lost(handle, error));
			watcher = { handle, ino, dev };
		} catch (error) {
			// Without events (inotify's limits, a file system without them) the files are still read, only later.
			// A directory that cannot even be read is reported by who reads it.
			if (!warned && codeOf(error) !== "EACCES") {
				warned = true;
				log.warn(
					{ directory },
					`changes in ${directory} are seen once a minute only, as it cannot be watched: ${messageOf(error)}`,
				);
			}
		}
	}

	function lost(handle: FSWatcher, error: unknown): void {
		handle.close();
		if (watcher?.handle === handle) watcher = undefined;
		log.debug({ directory, err: error }, "the watch on the homes directory ended and is begun anew");
		everything = true;
		schedule(debounce);
	}

	function unreadable(error: unknown): void {
		if (stopped) return;
		watcher?.handle.close();
		watcher = undefined;
		everything = true;
		const reason = reasons[codeOf(error) ?? ""] ?? messageOf(error);
		schedule(retryDelay);
		if (said === reason) return;
		said = reason;
		onFiles({ readable: false, directory, reason });
	}

	await scan();
	return {
		rescan() {
			everything = true;
			return scan();
		},
		async stop() {
			stopped = true;
			clearTimeout(timer);
			watcher?.handle.close();
			await scanning;
		},
	};
}

const reasons: Record<string, string> = {
	ENOENT: say`there is no such directory`,
	ENOTDIR: say`it is no directory`,
	EACCES: "permission denied",
};

/** Names that count: editors' and package managers' temporary files do not end in .toml, or begin with a dot or #. */
function isHomeFileName(name: string): boolean {
	return name.endsWith(".toml") && !/^[.#]/.test(name);
}

/** A file whose name is no id is kept under its whole name, so that it is reported and clashes with nothing. */
function keyOf(name: string): string {
	return homeIdOf(name) ?? name;
}
