import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { inCgroup } from "./cgroup.ts";
import { attempt, type CommandOptions, type Outcome, run } from "./command.ts";
import type { Run } from "./run.ts";

/** A network namespace of the lab: a machine's network, seen from outside. */
export interface Namespace {
	/** As `ip netns` lists it. */
	name: string;
	/** Runs a program of this machine inside, as {@link run} does. */
	run(argv: readonly string[], options?: CommandOptions): Promise<string>;
	/** Runs a program of this machine inside, as {@link attempt} does. */
	attempt(argv: readonly string[], options?: CommandOptions): Promise<Outcome>;
	/** Starts a program of this machine inside, in its own session. It ends with the lab at the latest. */
	spawn(argv: readonly string[], options?: SpawnOptions): ChildProcess;
	/** Applies lines of `ip -batch` in one go, one command a line (ip(8)); stops at the first that fails. */
	ip(...lines: string[]): Promise<void>;
	/** Sets sysctls under `net`, by path: `{ "ipv4/ip_forward": 1 }`. */
	sysctl(values: Record<string, number | string>): Promise<void>;
	/** Applies nftables text in one transaction. */
	nft(text: string): Promise<void>;
}

/** Makes the network namespace `RUN-ROLE`, with `lo` up. */
export async function createNamespace(lab: Run, role: string): Promise<Namespace> {
	const name = `${lab.name}-${role}`;
	await run(["ip", "netns", "add", name]);
	const namespace = namespaceNamed(lab, name);
	await namespace.ip("link set lo up");
	return namespace;
}

export function deleteNamespace(namespace: Namespace): Promise<string> {
	return run(["ip", "netns", "del", namespace.name]);
}

function namespaceNamed(lab: Run, name: string): Namespace {
	const inside = (argv: readonly string[]) => ["ip", "netns", "exec", name, ...argv];
	return {
		name,
		run: (argv, options) => run(inside(argv), options),
		attempt: (argv, options) => attempt(inside(argv), options),
		spawn(argv, options) {
			const [file = "", ...args] = inCgroup(lab.cgroup, inside(argv));
			return spawn(file, args, { detached: true, ...options });
		},
		async ip(...lines) {
			await run(["ip", "-netns", name, "-batch", "-"], { input: lines.join("\n") });
		},
		async sysctl(values) {
			const script = Object.entries(values).map(([path, value]) => `echo ${value} >/proc/sys/net/${path}`);
			await run(inside(["sh", "-e", "-c", script.join("\n")]));
		},
		async nft(text) {
			await run(inside(["nft", "-f", "-"]), { input: text });
		},
	};
}
