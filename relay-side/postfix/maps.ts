import { constants } from "node:fs";
import { access, chmod, copyFile, mkdir, open, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomic } from "../../shared/atomic-file.ts";
import type { CommandOptions, RunCommand } from "../../shared/command.ts";
import { codeOf, HeimwegError } from "../../shared/errors.ts";
import { SECOND } from "../../shared/time.ts";
import {
	type Entries,
	isEntry,
	isSafeKey,
	keyText,
	longMapText,
	type MapName,
	mapText,
	parseEntries,
	parseEntry,
} from "./entry.ts";
import { fileMarks } from "./file-marks.ts";
import { foundNothing, problem, reasonOf } from "./map-problems.ts";

/** The kinds of Postfix database that can be changed entry by entry, and the ending of their files. */
const endings = { hash: "db", btree: "db", lmdb: "lmdb" } as const;

/** A Postfix database type that our maps can have (DATABASE_README). */
export type DatabaseType = keyof typeof endings;

export const databaseTypes = Object.keys(endings) as DatabaseType[];

/** A map file that is missing, or that Postfix cannot read or change; `rebuild` mends it. */
export class MapDamaged extends HeimwegError {
	readonly map: MapName;

	constructor(map: MapName, message: string, options: { cause?: unknown } = {}) {
		super(message, options);
		this.map = map;
	}
}

/** Our maps, as far as the duties need them. Every change is complete or has not happened. */
export interface MapStore {
	/** Shows each entry, of any number, as it is read; what was shown before it throws counts for nothing. Throws MapDamaged. */
	each(map: MapName, show: (key: string, value: string) => void): Promise<void>;
	/** All entries. Throws MapDamaged. */
	list(map: MapName): Promise<Map<string, string>>;
	/** The entries that these keys have. Throws MapDamaged. */
	query(map: MapName, keys: Iterable<string>): Promise<Map<string, string>>;
	/** Adds entries, or gives them another value. Throws MapDamaged when there is no map. */
	set(map: MapName, entries: Entries): Promise<void>;
	/** Removes entries; one that is not there is no error. Throws MapDamaged when there is no map. */
	remove(map: MapName, keys: Iterable<string>): Promise<void>;
	/** Makes the map anew with these entries and puts it in the place of what is there. */
	rebuild(map: MapName, entries: Entries): Promise<void>;
	/**
	 * As `rebuild`, for a map that was missing or damaged. A process of Postfix's that has met it so keeps that answer
	 * for its life, up to a quarter of an hour; it starts anew when the file of another map that it uses is replaced.
	 * So the other maps' files are replaced too.
	 */
	mend(map: MapName, entries: Entries): Promise<void>;
	/** True when somebody else changed the map's file since this was last asked; it costs a look at the file's times. */
	changedByOthers(map: MapName): Promise<boolean>;
}

export interface MapsOptions {
	/** The folder of our maps; made when it is missing. */
	directory: string;
	type: DatabaseType;
	run: RunCommand;
	/** A map was mended. */
	onMended?(): void;
}

/** Postfix's own database type (`default_database_type`), which Postfix is sure to read. */
export async function databaseType(run: RunCommand): Promise<DatabaseType> {
	const type = (await run("postconf", ["-h", "default_database_type"])).trim();
	if (Object.hasOwn(endings, type)) return type as DatabaseType;
	throw new HeimwegError(
		`Postfix's default_database_type is "${type}"; Heimweg can keep maps of type ${Object.keys(endings).join(", ")}`,
		{ remedy: 'run "apt install postfix-lmdb" and "postconf -e default_database_type=lmdb"' },
	);
}

/** How Postfix's parameters name a map of ours. */
export function mapReference(options: Pick<MapsOptions, "directory" | "type">, map: MapName): string {
	return `${options.type}:${join(options.directory, map)}`;
}

/** The file that holds a map. */
export function mapFile(options: Pick<MapsOptions, "directory" | "type">, map: MapName | string): string {
	return join(options.directory, `${map}.${endings[options.type]}`);
}

export const mapNames: readonly MapName[] = ["transport", "relay_domains", "relay_recipients"];

/** lmdb syncs after each entry: more than so many at once are written as a new map, in a single go. */
const fewEntries = 100;

/** A million entries take a few seconds. */
const longestListing = 30 * SECOND;

/**
 * Maps of our own in Postfix's database format, changed by postmap(1). Longer than other files here: each way to change a map
 * waits for its turn, marks the file as ours and knows the same damage.
 */
export function postfixMaps(options: MapsOptions): MapStore {
	const { directory, type, run } = options;
	const reference = (map: string) => `${type}:${join(directory, map)}`;
	// An lmdb map is changed in transactions, and a running Postfix sees the change at once. Berkeley DB has neither:
	// its file is changed as a copy, which then takes its place; Postfix's processes notice that theirs is gone.
	const inPlace = type === "lmdb";
	const turns = new Map<MapName, Promise<unknown>>();
	const marks = fileMarks();

	/** Changes a map, as one of our own changes. */
	function write<T>(map: MapName, act: () => Promise<T>): Promise<T> {
		return inTurn(map, () => marks.ours(mapFile(options, map), act));
	}

	/** A map is written by one at a time: a change of what is just being copied would be lost. */
	function inTurn<T>(map: MapName, act: () => Promise<T>): Promise<T> {
		const turn = (turns.get(map) ?? Promise.resolve()).then(act);
		turns.set(
			map,
			turn.catch(() => {}),
		);
		return turn;
	}

	async function each(map: MapName, show: (key: string, value: string) => void): Promise<void> {
		let odd: string | undefined;
		await read(map, ["-s", reference(map)], {
			timeout: longestListing,
			onLine(line) {
				const entry = parseEntry(line);
				if (!entry) return;
				if (!isSafeKey(entry[0])) odd ??= entry[0];
				show(...entry);
			},
		});
		if (odd !== undefined)
			throw damaged(map, new Error(`it has an entry "${odd}" that nobody could look up`));
	}

	async function list(map: MapName): Promise<Map<string, string>> {
		const entries = new Map<string, string>();
		await each(map, (key, value) => entries.set(key, value));
		return entries;
	}

	async function query(map: MapName, keys: Iterable<string>): Promise<Map<string, string>> {
		return parseEntries(await read(map, ["-q", "-", reference(map)], { input: keyText(keys) }));
	}

	async function read(map: MapName, args: string[], how: CommandOptions): Promise<string> {
		try {
			return await run("postmap", args, { input: "", ...how });
		} catch (error) {
			if (foundNothing(error)) return "";
			throw problem(error, `read the map ${mapFile(options, map)}`, directory) ?? damaged(map, error);
		}
	}

	function damaged(map: MapName, cause: unknown): MapDamaged {
		return new MapDamaged(map, `the map ${mapFile(options, map)} is missing or damaged: ${reasonOf(cause)}`, {
			cause,
		});
	}

	async function set(map: MapName, entries: Entries): Promise<void> {
		if (inPlace && entries.size > fewEntries) {
			return rebuild(map, new Map([...(await ours(map)), ...entries]));
		}
		const input = mapText(entries, map);
		await change(map, (target) => run("postmap", ["-r", "-i", reference(target)], { input }));
	}

	async function remove(map: MapName, keys: Iterable<string>): Promise<void> {
		const gone = new Set(keys);
		if (inPlace && gone.size > fewEntries) {
			return rebuild(map, new Map((await ours(map)).filter(([key]) => !gone.has(key))));
		}
		const input = keyText(gone);
		await change(map, async (target) => {
			try {
				await run("postmap", ["-d", "-", reference(target)], { input });
			} catch (error) {
				if (!foundNothing(error)) throw error;
			}
		});
	}

	/** The entries that we could have written. */
	async function ours(map: MapName): Promise<Array<[string, string]>> {
		return [...(await list(map))].filter(([key, value]) => isEntry(key, value, map));
	}

	async function change(map: MapName, act: (target: string) => Promise<unknown>): Promise<void> {
		const file = mapFile(options, map);
		try {
			await access(file, constants.F_OK);
			await write(map, () =>
				inPlace ? act(map) : replace(map, (draft) => copyFile(file, draft, constants.COPYFILE_FICLONE), act),
			);
		} catch (error) {
			if (codeOf(error) === "ENOENT") throw damaged(map, error);
			throw problem(error, `change the map ${file}`, directory) ?? damaged(map, error);
		}
	}

	function rebuild(map: MapName, entries: Entries): Promise<void> {
		return write(map, () => makeAnew(map, entries));
	}

	async function mend(map: MapName, entries: Entries): Promise<void> {
		await rebuild(map, entries);
		for (const other of mapNames) if (other !== map) await write(other, () => renew(other));
		options.onMended?.();
	}

	/** Puts a copy of the map's file in its place. One that is missing is mended when its turn comes. */
	async function renew(map: MapName): Promise<void> {
		const file = mapFile(options, map);
		try {
			await replace(
				map,
				(draft) => copyFile(file, draft, constants.COPYFILE_FICLONE),
				async () => {},
			);
		} catch (error) {
			if (codeOf(error) === "ENOENT") return;
			const what = `write the map ${file}`;
			throw (
				problem(error, what, directory) ??
				new HeimwegError(`cannot ${what}: ${reasonOf(error)}`, { cause: error })
			);
		}
	}

	async function makeAnew(map: MapName, entries: Entries): Promise<void> {
		const text = await longMapText(entries, map);
		const source = join(directory, `${map}.next`);
		try {
			await makeFolder(directory);
			await replace(
				map,
				// From a file, postmap(1) makes an lmdb map in one transaction; from its standard input in one per entry.
				() => writeFileAtomic(source, text, { mode: 0o644 }),
				(target) => run("postmap", [reference(target)], { timeout: 60_000 }),
			);
		} catch (error) {
			const what = `write the map ${mapFile(options, map)}`;
			throw (
				problem(error, what, directory) ??
				new HeimwegError(`cannot ${what}: ${reasonOf(error)}`, { cause: error })
			);
		} finally {
			await rm(source, { force: true }).catch(() => {});
		}
	}

	/** Works on a file beside the map, which takes its place when it is complete and on disk. */
	async function replace(
		map: MapName,
		prepare: (draft: string) => Promise<void>,
		act: (target: string) => Promise<unknown>,
	): Promise<void> {
		const target = `${map}.next`;
		const draft = mapFile(options, target);
		try {
			await rm(draft, { force: true });
			await prepare(draft);
			await act(target);
			// Whatever the umask: Postfix's processes run as users of their own.
			await chmod(draft, 0o644);
			await sync(draft);
			await rename(draft, mapFile(options, map));
		} catch (error) {
			await rm(draft, { force: true }).catch(() => {});
			throw error;
		}
		await sync(directory);
	}

	return {
		...{ each, list, query, set, remove, rebuild, mend },
		changedByOthers: (map) => inTurn(map, () => marks.changedByOthers(mapFile(options, map))),
	};
}

async function makeFolder(directory: string): Promise<void> {
	if (await mkdir(directory, { recursive: true, mode: 0o755 })) await chmod(directory, 0o755);
	else if (((await stat(directory)).mode & 0o555) !== 0o555) await chmod(directory, 0o755);
}

async function sync(path: string): Promise<void> {
	const file = await open(path, "r");
	try {
		await file.sync();
	} finally {
		await file.close();
	}
}
