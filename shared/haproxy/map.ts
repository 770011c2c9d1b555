import { writeFileAtomic } from "../atomic-file.ts";
import { HeimwegError } from "../errors.ts";
import { askHaproxy } from "./runtime.ts";

/** A map that HAProxy has in a file, which it reads at its start alone, and in memory, which the socket changes. */
export interface MapPlace {
	/** HAProxy's stats socket. */
	socket: string;
	/** The file, by the very path that the configuration names. */
	file: string;
}

export type MapEntries = ReadonlyMap<string, string>;

/** Bytes of one payload: HAProxy reads a command into a buffer of 16 kB, and resets the connection when it is full. */
const pieceSize = 12 * 1024;

/** The text of a map's file, and what `add map` takes. */
export function mapText(entries: Iterable<readonly [string, string]>): string {
	return [...entries].map(([key, value]) => `${key} ${value}\n`).join("");
}

/** Writes the file alone, for an HAProxy that does not run. */
export function writeMapFile(file: string, entries: MapEntries): Promise<void> {
	return writeFileAtomic(file, mapText(entries), { mode: 0o644 });
}

/**
 * Makes the map in a running HAProxy what it should be: all of it at once, or nothing. Throws a HeimwegError when HAProxy does
 * not have every entry at the end; what it had before then stays in force.
 */
export async function replaceMap({ socket, file }: MapPlace, entries: MapEntries, signal?: AbortSignal) {
	const ask = (command: string) => askHaproxy(socket, command, signal ? { signal } : {});
	const prepared = await ask(`prepare map ${file}`);
	const version = /version created: (\d+)/i.exec(prepared)?.[1];
	if (!version) throw refused("prepare map", prepared);
	const given = `@${version} ${file}`;
	try {
		for (const piece of piecesOf(entries)) {
			const answer = await ask(`add map ${given} <<\n${piece}`);
			if (answer !== "") throw refused("add map", answer);
		}
		// A payload that was cut would otherwise take homes off the air at the commit.
		const there = entryCount(await ask(`show map ${given}`));
		if (there !== entries.size) {
			throw new HeimwegError(`HAProxy took ${there} of ${entries.size} entries for ${file}`);
		}
	} catch (error) {
		await ask(`clear map ${given}`).catch(() => {});
		throw error;
	}
	const committed = await ask(`commit map ${given}`);
	if (committed !== "") throw refused("commit map", committed);
}

/** What the running HAProxy has in the map. */
export async function runningMap(
	{ socket, file }: MapPlace,
	signal?: AbortSignal,
): Promise<Map<string, string>> {
	const answer = await askHaproxy(socket, `show map ${file}`, signal ? { signal } : {});
	if (/^Unknown map/i.test(answer)) throw refused("show map", answer);
	return new Map(
		answer.split("\n").flatMap((line) => {
			// An address in memory, the key, the value.
			const [, key, value] = line.split(" ");
			return key && value ? [[key, value] as const] : [];
		}),
	);
}

/** What is to be another in a running map; its file stays as it is. */
export interface MapChanges {
	/** Entries that it does not have. */
	fresh: MapEntries;
	/** Entries that it has with another value. */
	changed: MapEntries;
	/** Keys that it has. */
	gone: readonly string[];
}

/** The way from what a map has to what it should have. */
export function changesBetween(before: MapEntries, after: MapEntries): MapChanges {
	const fresh = new Map<string, string>();
	const changed = new Map<string, string>();
	for (const [key, value] of after) {
		const was = before.get(key);
		if (was === undefined) fresh.set(key, value);
		else if (was !== value) changed.set(key, value);
	}
	return { fresh, changed, gone: [...before.keys()].filter((key) => !after.has(key)) };
}

/** Makes the changes in the running map, each by itself; what was done before one that HAProxy refuses stays. */
export async function changeMap(
	{ socket, file }: MapPlace,
	{ fresh, changed, gone }: MapChanges,
	signal?: AbortSignal,
): Promise<void> {
	const ask = (command: string) => askHaproxy(socket, command, signal ? { signal } : {});
	for (const piece of piecesOf(fresh)) {
		const answer = await ask(`add map ${file} <<\n${piece}`);
		if (answer !== "") throw refused("add map", answer);
	}
	for (const [key, value] of changed) {
		const answer = await ask(`set map ${file} ${key} ${value}`);
		// Somebody else has taken it out.
		const added = answer === "" ? "" : await ask(`add map ${file} ${key} ${value}`);
		if (added !== "") throw refused("set map", answer);
	}
	for (const key of gone) {
		const answer = await ask(`del map ${file} ${key}`);
		if (answer !== "" && !/not found/i.test(answer)) throw refused("del map", answer);
	}
}

function* piecesOf(entries: MapEntries): Generator<string> {
	let piece = "";
	for (const [key, value] of entries) {
		const line = `${key} ${value}\n`;
		if (piece.length + line.length > pieceSize) {
			yield piece;
			piece = "";
		}
		piece += line;
	}
	if (piece) yield piece;
}

function entryCount(shown: string): number {
	return shown.split("\n").filter((line) => line.trim() !== "").length;
}

function refused(command: string, answer: string): HeimwegError {
	return new HeimwegError(`HAProxy does not take "${command}": ${answer.split("\n", 1)[0]!.slice(0, 200)}`);
}
