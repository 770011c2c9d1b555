import { type ChildProcess, spawn } from "node:child_process";
import { openSync } from "node:fs";
import { readFile, readlink } from "node:fs/promises";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createCgroup, inCgroup, subgroup } from "./cgroup.ts";
import { tunDevice } from "./disk.ts";
import type { Run } from "./run.ts";

export interface NspawnOptions {
	role: string;
	disk: string;
	namespace: string;
	hostname: string;
	/** What to run instead of booting. */
	command?: readonly string[];
}

/** A container that runs: its systemd-nspawn, and when that has ended. */
export interface Container {
	process: ChildProcess;
	ended: Promise<void>;
	/** Where its console output goes. */
	console: string;
}

/** Starts a machine from its disk in a network namespace, by systemd-nspawn(1). */
export async function startContainer(lab: Run, options: NspawnOptions): Promise<Container> {
	const name = `${lab.name}-${options.role}`;
	const cgroup = subgroup(lab.cgroup, options.role);
	await createCgroup(cgroup);
	const nspawn = [
		// From inside the network, so that the host's /sys shows it too and the host may set its sysctls.
		...["nsenter", `--net=/run/netns/${options.namespace}`],
		"systemd-nspawn",
		"--quiet",
		`--machine=${name}`,
		`--hostname=${options.hostname}`,
		`--directory=${options.disk}`,
		"--register=no",
		"--keep-unit",
		"--link-journal=no",
		"--resolv-conf=off",
		"--timezone=off",
		"--console=pipe",
		`--bind=${await tunDevice(lab)}:/dev/net/tun`,
		// With BPF a host's systemd can enforce DeviceAllow= and IPAddressDeny=, which it otherwise skips silently.
		"--capability=CAP_NET_ADMIN,CAP_NET_RAW,CAP_BPF,CAP_PERFMON",
		"--system-call-filter=bpf",
		...(options.command ? ["--", ...options.command] : ["--boot"]),
	];
	const [file = "", ...args] = inCgroup(cgroup, nspawn);
	const console = join(lab.folder, `console-${options.role}.log`);
	const output = openSync(console, "a", 0o600);
	const child = spawn(file, args, {
		detached: true,
		stdio: ["ignore", output, output],
		// cgroup 2 alone inside, also where the machine mixes it with cgroup 1, which newer releases do not boot with.
		env: { PATH: searchPath, UNIFIED_CGROUP_HIERARCHY: "1", SYSTEMD_NSPAWN_API_VFS_WRITABLE: "network" },
	});
	const ended = new Promise<void>((resolve) => {
		child.on("exit", () => resolve());
		child.on("error", () => resolve());
	});
	return { process: child, ended, console };
}

export const searchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** The id, on this machine, of the process that is number 1 in the container; undefined while there is none. */
export async function leaderOf(container: Container): Promise<number | undefined> {
	const { pid } = container.process;
	const children = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8").catch(() => "");
	for (const child of children.split(" ").filter(Boolean)) {
		const status = await readFile(`/proc/${child}/status`, "utf8").catch(() => "");
		// Until it becomes the container's program it is a part of nspawn that still sees this machine's files.
		const program = await readlink(`/proc/${child}/exe`).catch(() => "systemd-nspawn");
		if (/^NSpid:.*\s1$/m.test(status) && basename(program) !== "systemd-nspawn") return Number(child);
	}
	return undefined;
}

/** Waits for the leader. Throws with what the console said when the container ends, or after 30 s. */
export async function waitForLeader(container: Container): Promise<number> {
	const end = Date.now() + 30_000;
	for (;;) {
		const leader = await leaderOf(container);
		if (leader) return leader;
		if (container.process.exitCode !== null || Date.now() > end) {
			throw new Error(`no container came up: ${await readFile(container.console, "utf8")}`);
		}
		await sleep(20);
	}
}

/** The command that enters the container and becomes `argv` there, with an environment like a login's. */
export function enter(leader: number, argv: readonly string[]): string[] {
	const environment = ["env", "-i", `PATH=${searchPath}`, "HOME=/root", "LANG=C.UTF-8", "TERM=dumb"];
	return ["nsenter", "--target", String(leader), "--all", "--", ...environment, ...argv];
}

/** The same for a machine that is off: on its disk. */
export function enterDisk(disk: string, argv: readonly string[]): string[] {
	const environment = ["env", "-i", `PATH=${searchPath}`, "HOME=/root", "LANG=C.UTF-8", "TERM=dumb"];
	return ["chroot", disk, ...environment, ...argv];
}
