import { constants } from "node:fs";
import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Cidr } from "./address.ts";
import { missingProgram, type RunCommand, searchPath } from "./command.ts";
import { ConfigError } from "./errors.ts";
import { createGuard } from "./guard.ts";
import { findOverlaps } from "./overlap.ts";
import { refuseForeignInterface } from "./tunnel-interface.ts";

/** The bit of CAP_NET_ADMIN in a capability set (capabilities(7)). */
const netAdmin = 1n << 12n;

/** The problems with programs that this machine should have, as sentences; looks where runCommand looks. */
export async function missingPrograms(programs: readonly string[], path = searchPath): Promise<string[]> {
	const missing = await Promise.all(
		programs.map(async (one) => ((await isInstalled(one, path)) ? [] : [one])),
	);
	return missing.flat().map((program) => {
		const { message, remedy } = missingProgram(program);
		return remedy ? `${message}: ${remedy}` : message;
	});
}

async function isInstalled(program: string, path: string): Promise<boolean> {
	for (const folder of path.split(":").filter(Boolean)) {
		try {
			await access(join(folder, program), constants.X_OK);
			return true;
		} catch {
			// The next folder may have it.
		}
	}
	return false;
}

/** The problem of running without the right to change the network, as a sentence. */
export async function missingPrivileges(): Promise<string[]> {
	const status = await readFile("/proc/self/status", "utf8");
	const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? "0";
	if (BigInt(`0x${effective}`) & netAdmin) return [];
	return [
		"no privileges: the right to set up the network (CAP_NET_ADMIN) is needed: start the service with systemctl, or run this with sudo",
	];
}

/**
 * Everything about this machine that can keep a tunnel from being set up, as sentences: programs, privileges, and what
 * is there already and is not ours. What needs a missing program or right is not looked at.
 */
export async function machineProblems(
	run: RunCommand,
	programs: readonly string[],
	tunnel: { interface: string; networks: readonly Cidr[] },
	/** Before there is a tunnel, wider networks that are right there count as overlaps too. */
	overlaps: { connected?: boolean } = {},
): Promise<string[]> {
	const missing = await gatherProblems(missingPrograms(programs), missingPrivileges());
	if (missing.length > 0) return missing;
	const guard = createGuard({ run, interface: tunnel.interface, networks: tunnel.networks });
	const nothing = () => undefined;
	return gatherProblems(
		refuseForeignInterface(run, tunnel.interface).then(nothing),
		guard.refuseForeign().then(nothing),
		overlapProblems(run, tunnel, overlaps),
	);
}

async function overlapProblems(
	run: RunCommand,
	tunnel: { interface: string; networks: readonly Cidr[] },
	overlaps: { connected?: boolean },
): Promise<string[]> {
	const found = await findOverlaps(run, tunnel.interface, tunnel.networks, overlaps);
	return found.map(
		({ network, route }) =>
			`tunnel.networks: ${network} overlaps the local route ${route}: choose another tunnel network on both sides, or renumber the local one`,
	);
}

/**
 * The ports of ours that another program holds on all addresses, as sentences. One on a tunnel address alone is not
 * looked at: that is us, or cannot be yet.
 */
export async function takenPorts(
	run: RunCommand,
	ports: ReadonlyArray<{ key: string; protocol: "tcp" | "udp"; port: number }>,
): Promise<string[]> {
	const sockets = await run("ss", ["-H", "-l", "-n", "-t", "-u"]);
	const taken = sockets.split("\n").map((line) => line.split(/\s+/));
	return ports.flatMap(({ key, protocol, port }) => {
		const everywhere = [`0.0.0.0:${port}`, `[::]:${port}`, `*:${port}`];
		if (!taken.some(([kind, , , , local = ""]) => kind === protocol && everywhere.includes(local))) return [];
		const flag = protocol === "udp" ? "u" : "t";
		return [
			`${key}: ${protocol.toUpperCase()} port ${port} is in use by another program: end it ("ss -ln${flag}p" as root shows it), or choose another port here and at every home`,
		];
	});
}

/** Runs checks that answer with sentences, or throw a ConfigError with them, and gathers everything they say. */
export async function gatherProblems(
	...checks: Array<Promise<readonly string[] | undefined>>
): Promise<string[]> {
	const results = await Promise.allSettled(checks);
	return results.flatMap((result) => {
		if (result.status === "fulfilled") return [...(result.value ?? [])];
		if (result.reason instanceof ConfigError) return result.reason.problems;
		throw result.reason;
	});
}

/** Throws a ConfigError when there are problems. */
export function refuse(problems: readonly string[]): void {
	if (problems.length > 0) throw new ConfigError([...problems]);
}
