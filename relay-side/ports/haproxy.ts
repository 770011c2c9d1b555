import { chmod, mkdir, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { writeFileAtomic } from "../../shared/atomic-file.ts";
import { codeOf, HeimwegError } from "../../shared/errors.ts";
import { mapText, replaceMap, runningMap } from "../../shared/haproxy/map.ts";
import { askHaproxy } from "../../shared/haproxy/runtime.ts";
import { SECOND } from "../../shared/time.ts";
import { alertLua, type HaproxyPlaces, markOf } from "./haproxy-config.ts";

/** HAProxy as we find it and make it: its files, and the process that has read them. */
export interface Haproxy {
	/**
	 * Makes the files, and the running process, what they should be; gives the process that now serves, undefined when none does.
	 * A configuration that is another than before makes HAProxy take it over without cutting a connection.
	 */
	keep(wanted: Wanted, signal: AbortSignal): Promise<number | undefined>;
	/** The process that serves now. */
	pid(signal: AbortSignal): Promise<number | undefined>;
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

export function createHaproxy(places: HaproxyPlaces, ask: typeof askHaproxy = askHaproxy): Haproxy {
	/** The process whose map is known to be what it should. */
	let known: number | undefined;

	return {
		async keep({ config, map }, signal) {
			await mkdir(dirname(places.config), { recursive: true });
			// Whatever our umask is: another user reads it.
			await chmod(dirname(places.config), 0o755);
			await writeIfOther(places.lua, alertLua);
			if ((await textOf(places.bans)) === undefined) await writeFileAtomic(places.bans, "", { mode: 0o644 });
			// First the file, so that a process that starts now has what the running one is told next.
			const mapIsNew = await writeIfOther(places.names, mapText(map));
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
			if (mapIsNew || pid !== known) {
				const place = { socket: places.socket, file: places.names };
				if (!sameEntries(await runningMap(place, signal), map)) await replaceMap(place, map, signal);
			}
			known = pid;
			return pid;
		},
		pid: async (signal) => (await running(signal))?.pid,
		ask: (command) => ask(places.socket, command),
	};

	async function running(signal: AbortSignal): Promise<Process | undefined> {
		const info = await ask(places.socket, "show info", { signal }).catch((error: unknown) => {
			if (signal.aborted) throw error;
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

async function textOf(path: string): Promise<string | undefined> {
	try {
		return await readFile(path, "utf8");
	} catch (error) {
		if (codeOf(error) === "ENOENT") return undefined;
		throw error;
	}
}

function sameEntries(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
	return a.size === b.size && [...a].every(([key, value]) => b.get(key) === value);
}
