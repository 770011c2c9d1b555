import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * A cgroup of our own in every hierarchy that knows processes (cgroup 2, and the named one of systemd on a machine
 * with cgroup 1 beside it). What the lab starts lives in it, so that it can be ended without guessing names, and so
 * that two booted hosts, which would both call theirs "payload", do not share one.
 */
export interface Cgroup {
	/** One folder per hierarchy; the first is in cgroup 2. */
	folders: string[];
}

/** Where the cgroup `name` below this process's own would be. Throws on a machine without cgroup 2. */
export async function cgroupBelowOwn(name: string): Promise<Cgroup> {
	const mounts = (await readFile("/proc/self/mountinfo", "utf8")).split("\n");
	const own = (await readFile("/proc/self/cgroup", "utf8")).split("\n");
	const folder = (matches: (line: string) => boolean, prefix: string) => {
		const mount = mounts.find(matches)?.split(" ");
		const path = own.find((line) => line.startsWith(prefix) || line.includes(`:${prefix}`));
		if (!mount?.[4] || !path) return [];
		return [join(mount[4], path.slice(path.lastIndexOf(":") + 1), name)];
	};
	const unified = folder((line) => / - cgroup2 /.test(line), "0::");
	if (unified.length === 0) {
		throw new Error(
			"the lab needs cgroup 2, and none is mounted: mount it, or boot with systemd.unified_cgroup_hierarchy=1",
		);
	}
	const named = folder((line) => / - cgroup .*name=systemd/.test(line), "name=systemd:");
	return { folders: [...unified, ...named] };
}

export function createCgroup(cgroup: Cgroup): Promise<unknown> {
	return Promise.all(cgroup.folders.map((folder) => mkdir(folder, { recursive: true })));
}

export function subgroup(cgroup: Cgroup, name: string): Cgroup {
	return { folders: cgroup.folders.map((folder) => join(folder, name)) };
}

/** The command that moves itself into the cgroup and then becomes `argv`. */
export function inCgroup(cgroup: Cgroup, argv: readonly string[]): string[] {
	const enter = cgroup.folders.map((folder) => `echo $$ >'${join(folder, "cgroup.procs")}'`).join(" && ");
	return ["sh", "-c", `${enter} && exec "$@"`, "sh", ...argv];
}

/** Ends every process in the cgroup and removes it. It must not be used again: the kernel remembers the kill. */
export async function removeCgroup(cgroup: Cgroup): Promise<void> {
	const begin = Date.now();
	const end = begin + 10_000;
	for (;;) {
		const processes = await processesIn(cgroup);
		if (processes.length === 0) break;
		if (Date.now() > end) throw new Error(`processes do not end: ${processes}`);
		for (const pid of processes) {
			// A container's supervisor ends by itself when its processes have, and picks up what is left of them.
			if (Date.now() < begin + 2_000 && (await nameOf(pid)) === "systemd-nspawn") continue;
			kill(pid);
		}
		await sleep(20);
	}
	for (const folder of cgroup.folders) {
		for (const below of (await foldersBelow(folder)).reverse()) await removeEmpty(below, end);
	}
}

/** Ids of the processes in the cgroup and in those below it, as this machine counts them. */
export async function processesIn(cgroup: Cgroup): Promise<number[]> {
	const found = new Set<number>();
	for (const folder of cgroup.folders) {
		for (const below of await foldersBelow(folder)) {
			const list = await readFile(join(below, "cgroup.procs"), "utf8").catch(() => "");
			for (const pid of list.split("\n")) if (Number(pid) > 0) found.add(Number(pid));
		}
	}
	return [...found];
}

async function foldersBelow(folder: string): Promise<string[]> {
	if (!existsSync(folder)) return [];
	const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
	const below = entries
		.filter((entry) => entry.isDirectory())
		.map((entry) => foldersBelow(join(folder, entry.name)));
	return [folder, ...(await Promise.all(below)).flat()];
}

/** A process that was just killed may hold its cgroup for another moment. */
async function removeEmpty(folder: string, end: number): Promise<void> {
	for (;;) {
		try {
			return await rmdir(folder);
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
			if (Date.now() > end) throw error;
			await sleep(20);
		}
	}
}

async function nameOf(pid: number): Promise<string> {
	return (await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "")).trim();
}

function kill(pid: number): void {
	try {
		process.kill(pid, "SIGKILL");
	} catch {
		// It has ended by itself in the meantime.
	}
}
