import { existsSync } from "node:fs";
import { chmod, mkdir, readFile, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { syncFile, writeFileAtomic } from "../../shared/atomic-file.ts";
import { codeOf, HeimwegError } from "../../shared/errors.ts";
import { changeMap, changesBetween, mapText, replaceMap, runningMap } from "../../shared/haproxy/map.ts";
import { askHaproxy } from "../../shared/haproxy/runtime.ts";
import { MINUTE, SECOND } from "../../shared/time.ts";
import { alertLua, type HaproxyPlaces, markOf } from "./haproxy-config.ts";

/** HAProxy as we find it and make it: its files, and the process that has read them. */
export interface Haproxy {
	/**
	 * Makes the files, and the running process, what they should be; gives the process that now serves, undefined when none does.
	 * A configuration that is another than before makes HAProxy take it over without cutting a connection.
	 */
	keep(wanted: Wanted, signal: AbortSignal): Promise<number | undefined>;
	/**
	 * Gives the process that serves another map: its file, and the entries that are others. For what must be quick; nothing else is
	 * looked at. False when no process is known, or not what it has.
	 */
	tell(map: ReadonlyMap<string, string>, signal: AbortSignal): Promise<boolean>;
	/** The process that serves now; undefined also when it does not answer. */
	pid(): Promise<number | undefined>;
	/** Gives what the running process answers. Throws when none does. */
	ask(command: string): Promise<string>;
}

interface Wanted {
	config: string;
	map: ReadonlyMap<string, string>;
}

/** For a process that has read a new configuration to come into the place of the one before. */
const takeover = 10 * SECOND;

/** For HAProxy's unit to start it. */
const start = 3 * SECOND;

const lookEvery = 100;

/** After so long the map is read from HAProxy again: somebody else may have changed it. */
const lookAnewAfter = 10 * MINUTE;

/** So many entries of a map are told one by one: with thousands in it, that is quicker than all of it anew. */
const fewChanges = 20;

export function createHaproxy(places: HaproxyPlaces, ask: typeof askHaproxy = askHaproxy): Haproxy {
	/** The map that a process is known to have. */
	let known: { pid: number; map: ReadonlyMap<string, string>; seenAt: number } | undefined;

	return {
		async keep({ config, map }, signal) {
			await mkdir(dirname(places.config), { recursive: true });
			// Whatever our umask is: another user reads it.
			await chmod(dirname(places.config), 0o755);
			await writeIfOther(places.lua, alertLua);
			// A map of a hundred thousand bans is not read to see that it is there.
			if (!(await isThere(places.bans))) await writeFileAtomic(places.bans, "", { mode: 0o644 });
			// First the file, so that a process that starts now has what the running one is told next.
			await writeIfOther(places.names, mapText(map));
			const configIsNew = await writeIfOther(places.config, config);
			let before = await running(signal);
			if (!before) {
				known = undefined;
				// Its unit is started when the configuration is written (heimweg-relay-haproxy.path).
				if (!configIsNew) await writeFileAtomic(places.config, config, { mode: 0o644 });
				before = await within(start, () => running(signal), signal);
				if (!before) return undefined;
			}
			const { pid } = before.mark === markOf(config) ? before : await reloaded(markOf(config), signal);
			await tellMap(pid, map, signal);
			return pid;
		},
		async tell(map, signal) {
			if (!known || performance.now() - known.seenAt >= lookAnewAfter) return false;
			// Side by side, since each step of writing waits for the programs that other parts start at the same change, and all of
			// them take longer than the rest. A process that starts on the file of before is seen to be another, and told all; what
			// a power cut leaves is made right at our start.
			const given = tellMap(known.pid, map, signal);
			const written = writeFileAtomic(places.names, mapText(map), { mode: 0o644, sync: false });
			allWell(await Promise.allSettled([given, written]));
			await syncFile(places.names);
			return true;
		},
		// Most relays have no HAProxy, and this is asked every few seconds: without a socket, nobody answers at it.
		pid: async () => (existsSync(places.socket) ? (await running())?.pid : undefined),
		ask: (command) => ask(places.socket, command),
	};

	/** Makes the map of this process what it should be: a few entries one by one, more of them all at once. */
	async function tellMap(pid: number, map: ReadonlyMap<string, string>, signal: AbortSignal): Promise<void> {
		const place = { socket: places.socket, file: places.names };
		const isKnown = known?.pid === pid && performance.now() - known.seenAt < lookAnewAfter;
		const before = known && isKnown ? known.map : await runningMap(place, signal);
		const seenAt = known && isKnown ? known.seenAt : performance.now();
		known = undefined;
		const changes = changesBetween(before, map);
		// New entries go in one command, the others one by one.
		const isFew =
			changes.changed.size + changes.gone.length <= fewChanges && changes.fresh.size <= map.size / 2;
		if (isFew) await changeMap(place, changes, signal);
		else await replaceMap(place, map, signal);
		known = { pid, map, seenAt };
	}

	async function running(signal?: AbortSignal): Promise<Process | undefined> {
		const info = await ask(places.socket, "show info", signal && { signal }).catch((error: unknown) => {
			if (signal?.aborted) throw error;
			return "";
		});
		const pid = Number(/^Pid: (\d+)$/m.exec(info)?.[1] ?? Number.NaN);
		return Number.isInteger(pid) ? { pid, mark: /^description: (.*)$/m.exec(info)?.[1]?.trim() } : undefined;
	}

	/** Has HAProxy take the new configuration over, and waits for the process that runs on it. */
	async function reloaded(mark: string, signal: AbortSignal): Promise<Process> {
		const answer = await ask(places.master, "reload", { signal });
		const isNew = async () => {
			const now = await running(signal);
			return now?.mark === mark ? now : undefined;
		};
		// HAProxy 2.7 and newer say how it went.
		const now = answer.includes("Success=0") ? undefined : await within(takeover, isNew, signal);
		if (now) return now;
		const said = answer.split("\n").filter((line) => line.includes("ALERT"));
		throw new HeimwegError(
			`HAProxy does not take its new configuration${said.length > 0 ? `: ${said.join(" ").slice(0, 300)}` : ""}; it serves on with the one before`,
			{
				remedy: `run "haproxy -c -f ${places.config}" on the relay, and look at "journalctl -u heimweg-relay-haproxy"`,
			},
		);
	}
}

/** Throws what one of them threw, now that all have ended. */
function allWell(all: readonly PromiseSettledResult<void>[]): void {
	for (const one of all) if (one.status === "rejected") throw one.reason;
}

/** What the look finds within so many milliseconds. */
async function within<T>(
	patience: number,
	look: () => Promise<T | undefined>,
	signal: AbortSignal,
): Promise<T | undefined> {
	const end = performance.now() + patience;
	for (;;) {
		const found = await look();
		if (found !== undefined || performance.now() >= end) return found;
		await sleep(lookEvery, undefined, { signal });
	}
}

interface Process {
	pid: number;
	/** Of which configuration it is. */
	mark: string | undefined;
}

async function writeIfOther(path: string, text: string): Promise<boolean> {
	if ((await textOf(path)) === text) return false;
	await writeFileAtomic(path, text, { mode: 0o644 });
	return true;
}

async function isThere(path: string): Promise<boolean> {
	try {
		await stat(path);
		return true;
	} catch (error) {
		if (codeOf(error) === "ENOENT") return false;
		throw error;
	}
}

async function textOf(path: string): Promise<string | undefined> {
	try {
		return await readFile(path, "utf8");
	} catch (error) {
		if (codeOf(error) === "ENOENT") return undefined;
		throw error;
	}
}
