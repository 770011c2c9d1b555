import { readFile } from "node:fs/promises";
import type { CommandError, RunCommand } from "./command.ts";
import { ConfigError, messageOf } from "./errors.ts";

/** Programs that are needed, each with a call that does nothing. */
const calls: Record<string, string[]> = {
	wg: ["--version"],
	ip: ["-V"],
	nft: ["--version"],
	postmap: ["-q", "x", "static:x"],
	postconf: ["-h", "mail_version"],
};

/** The bit of CAP_NET_ADMIN in a capability set (capabilities(7)). */
const netAdmin = 1n << 12n;

/** The problems with programs that this machine should have, as sentences. */
export async function missingPrograms(run: RunCommand, programs: readonly string[]): Promise<string[]> {
	const results = await Promise.all(
		programs.map(async (program) => {
			try {
				await run(program, calls[program] ?? ["--version"]);
				return undefined;
			} catch (error) {
				const { missing, remedy } = error as CommandError;
				return missing ? `${messageOf(error)}: ${remedy}` : undefined;
			}
		}),
	);
	return results.filter((problem) => problem !== undefined);
}

/** The problem of running without the right to change the network, as a sentence. */
export async function missingPrivileges(): Promise<string[]> {
	const status = await readFile("/proc/self/status", "utf8");
	const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? "0";
	if (BigInt(`0x${effective}`) & netAdmin) return [];
	return [
		"no privileges: CAP_NET_ADMIN is needed for the tunnel and its guard: start the service with systemctl, or run as root",
	];
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
