import type { FileHandle } from "node:fs/promises";
import { dirname, join } from "node:path";

/** A folder's files by name, as they would be found there. */
export type Files = ReadonlyMap<string, string>;

type Fs = typeof import("node:fs/promises");

/** What a power cut may leave of a folder: what was made last, or all that was written, without what was not synced of it. */
export interface Leavings {
	lasting: Files;
	written: Files;
}

let real: Fs;
/** By folder, what has been made last. */
const lasting = new Map<string, Files>();
/** Files whose content was synced, by what stands in them. */
const synced = new Map<string, string>();
let watched: readonly string[] = [];
let onChange: (() => Promise<void>) | undefined;

/** Tells of each thing that is done in these folders, right after it was done and before anybody knows; until it is called with none. */
export async function watchDisk(folders: readonly string[], told?: () => Promise<void>): Promise<void> {
	[watched, onChange] = [folders, told];
	lasting.clear();
	synced.clear();
	for (const folder of folders) {
		const files = await filesIn(folder);
		lasting.set(folder, files);
		for (const [name, text] of files) synced.set(join(folder, name), text);
	}
}

/** What a power cut at this moment may leave of a folder. */
export async function leftOf(folder: string): Promise<Leavings> {
	return {
		lasting: lasting.get(folder) ?? new Map(),
		written: withoutUnsynced(folder, await filesIn(folder)),
	};
}

async function filesIn(folder: string): Promise<Files> {
	const names = (await real.readdir(folder).catch(() => [])).sort();
	return new Map(
		await Promise.all(
			names.map(async (name) => [name, await real.readFile(join(folder, name), "utf8")] as const),
		),
	);
}

/** A name may last and its content be lost. */
function withoutUnsynced(folder: string, files: Files): Files {
	return new Map(
		[...files].map(([name, text]) => [name, synced.get(join(folder, name)) === text ? text : ""]),
	);
}

/** Whether it is of a folder that is watched. */
const isWatched = (path: string) => watched.includes(path) || watched.includes(dirname(path));

async function happened(path: string): Promise<void> {
	if (isWatched(path)) await onChange?.();
}

/** In the place of `node:fs/promises`: does the same, and keeps the books of what lasts. */
export async function bookkeeping(original: () => Promise<unknown>): Promise<Fs> {
	real = (await original()) as Fs;
	const open = async (...args: Parameters<Fs["open"]>): Promise<FileHandle> => {
		const path = String(args[0]);
		const handle = await real.open(...args);
		if (!isWatched(path)) return handle;
		const { sync, writeFile } = handle;
		handle.writeFile = async (...more) => {
			await writeFile.apply(handle, more);
			await happened(path);
		};
		handle.sync = async () => {
			await sync.call(handle);
			if (watched.includes(path)) lasting.set(path, withoutUnsynced(path, await filesIn(path)));
			else synced.set(path, await real.readFile(path, "utf8"));
			await happened(path);
		};
		return handle;
	};
	const rename = async (from: string, to: string) => {
		await real.rename(from, to);
		moved(from, to);
		await happened(to);
	};
	const link = async (from: string, to: string) => {
		await real.link(from, to);
		moved(from, to);
		await happened(to);
	};
	const remove = async (...args: Parameters<Fs["rm"]>) => {
		await real.rm(...args);
		await happened(String(args[0]));
	};
	return { ...real, open, rename, link, rm: remove } as Fs;
}

function moved(from: string, to: string): void {
	const text = synced.get(from);
	if (text === undefined) synced.delete(to);
	else synced.set(to, text);
}
