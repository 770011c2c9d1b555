import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type Cgroup, cgroupBelowOwn, createCgroup, removeCgroup } from "./cgroup.ts";
import { run as runCommand } from "./command.ts";
import { removeFolder } from "./mounts.ts";

const projectFolder = fileURLToPath(new URL("../..", import.meta.url));
const runsFolder = "/run/heimweg-lab";
const netnsFolder = "/run/netns";
const nspawnFolder = "/run/systemd/nspawn";

/**
 * One run of the lab. All that it leaves on the machine is found by its name: a folder (with what is mounted in
 * it), a cgroup (with the processes in it) and network namespaces. Two runs on one machine do not meet.
 */
export interface Run {
	/** `hw` and four hexadecimal digits. */
	name: string;
	folder: string;
	cgroup: Cgroup;
	/** The process that started it, with the time of its start, as a process id can be given again. */
	owner: { pid: number; started: string };
}

/** Begins a run: its folder with a record of it, a tmpfs `disks` for what the hosts write, and its cgroup. */
export async function beginRun(): Promise<Run> {
	const name = `hw${randomBytes(2).toString("hex")}`;
	const folder = join(runsFolder, name);
	if (existsSync(folder)) return beginRun();
	const run: Run = {
		name,
		folder,
		cgroup: await cgroupBelowOwn(name),
		owner: { pid: process.pid, started: (await startOf(process.pid)) ?? "" },
	};
	await mkdir(join(folder, "disks"), { recursive: true, mode: 0o755 });
	await writeFile(join(folder, "run.json"), JSON.stringify(run));
	await createCgroup(run.cgroup);
	await runCommand(["mount", "-t", "tmpfs", "-o", "mode=755,size=3g", name, join(folder, "disks")]);
	return run;
}

/**
 * Ends the processes of a run and removes its namespaces, mounts, folders and cgroup; also of one that is just being
 * built up, whose next step may still come while this goes on.
 */
export async function removeRun(run: Run): Promise<void> {
	await removeOnce(run);
	for (let again = 0; again < 3 && (await remainsOf(run)).length > 0; again++) {
		await sleep(200);
		await removeOnce(run);
	}
}

async function removeOnce(run: Run): Promise<void> {
	await removeCgroup(run.cgroup);
	for (const namespace of await namesIn(netnsFolder, run.name)) {
		await runCommand(["ip", "netns", "del", namespace]);
	}
	for (const kind of await readdir(nspawnFolder).catch(() => [])) {
		for (const machine of await namesIn(join(nspawnFolder, kind), run.name)) {
			await rm(join(nspawnFolder, kind, machine), { recursive: true, force: true });
		}
	}
	await removeFolder(run.folder);
}

/** What a run has on the machine at present, in words; empty when nothing is left of it. */
export async function remainsOf(run: Run): Promise<string[]> {
	const table = await readFile("/proc/self/mountinfo", "utf8");
	return [
		...(await namesIn(netnsFolder, run.name)).map((name) => `namespace ${name}`),
		...table.split("\n").filter((line) => line.includes(run.name)),
		...[run.folder, ...run.cgroup.folders].filter((path) => existsSync(path)),
		...(await processesNaming(run.name)),
	];
}

async function processesNaming(name: string): Promise<string[]> {
	const found: string[] = [];
	for (const pid of await readdir("/proc")) {
		if (!/^\d+$/.test(pid)) continue;
		const about = await Promise.all(
			["cmdline", "cgroup", "mountinfo"].map((file) =>
				readFile(join("/proc", pid, file), "utf8").catch(() => ""),
			),
		);
		if (about.join().includes(name)) found.push(`process ${pid} ${about[0]?.replaceAll("\0", " ")}`);
	}
	return found;
}

/** Runs whose owner is not there any more: it was killed before it could clean up. */
export async function deadRuns(): Promise<Run[]> {
	const runs: Run[] = [];
	for (const name of await readdir(runsFolder).catch(() => [])) {
		const run = await recordedRun(name);
		if (run && (await startOf(run.owner.pid)) !== run.owner.started) runs.push(run);
	}
	return runs;
}

/** The run of that name, if there is one on this machine. */
export async function recordedRun(name: string): Promise<Run | undefined> {
	try {
		return JSON.parse(await readFile(join(runsFolder, basename(name), "run.json"), "utf8")) as Run;
	} catch {
		return undefined;
	}
}

/**
 * A shell that waits for this process to end, however it ends, and then removes the run. The returned function
 * sends it away, for a run that was removed in the orderly manner.
 */
export function watchOver(run: Run): () => void {
	const clean = [process.execPath, "--import", "tsx", join(projectFolder, "test/lab/clean.ts")];
	const keeper = spawn("sh", ["-c", 'read -r _ || exec "$@"', "sh", ...clean], {
		cwd: projectFolder,
		detached: true,
		env: { ...process.env, HEIMWEG_LAB_RUN: run.name },
		stdio: ["pipe", "ignore", "ignore"],
	});
	keeper.unref();
	keeper.stdin.on("error", () => {});
	(keeper.stdin as unknown as { unref(): void }).unref();
	return () => keeper.stdin.end("done\n");
}

async function namesIn(folder: string, run: string): Promise<string[]> {
	const names = await readdir(folder).catch(() => []);
	return names.filter((name) => name === run || name.startsWith(`${run}-`));
}

/**
 * When a process started, in clock ticks since boot (proc_pid_stat(5), field 22); undefined when there is none, or
 * when it has ended and only its parent has not looked yet.
 */
async function startOf(pid: number): Promise<string | undefined> {
	try {
		const stat = await readFile(`/proc/${pid}/stat`, "utf8");
		const [state, ...fields] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
		return state === "Z" || state === "X" ? undefined : fields[18];
	} catch {
		return undefined;
	}
}
