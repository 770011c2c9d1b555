import { existsSync, readFileSync } from "node:fs";

/** The programs that set up, or look into, the network, and need CAP_NET_ADMIN for it. */
const privileged = new Set(["ip", "nft", "ss", "wg"]);

/** util-linux; it is there on every Debian. */
const setpriv = "/usr/bin/setpriv";

/** How setpriv(1) ends when it could not run the program: as a shell does. */
const setprivFailed = { 126: "unusable", 127: "missing" } as const;

/**
 * Whether what we start would inherit our rights: the units give them as ambient ones (capabilities(7)). Root's own
 * commands keep root's rights.
 */
function handsRightsOn(): boolean {
	const status = readFileSync("/proc/self/status", "utf8");
	return /^CapAmb:\s*0*[1-9a-f]/m.test(status) && existsSync(setpriv);
}

let handsOn: boolean | undefined;

/**
 * The command line that starts a program with no more rights than it needs: a process that has ours may read our memory,
 * and with it the keys. It takes about 1 ms more. Dropping the ambient set is enough, and all that the units let us do:
 * without it, a program without privileges of its own starts with none (capset(2) is forbidden there).
 */
export function leastRights(command: string, args: readonly string[]): [string, readonly string[]] {
	handsOn ??= handsRightsOn();
	if (!handsOn || privileged.has(command)) return [command, args];
	return [setpriv, ["--ambient-caps=-all", "--", command, ...args]];
}

/** What setpriv itself says of a program that it could not start; undefined when the program was started. */
export function startFailure(
	command: string,
	exitCode: number | undefined,
	stderr: unknown,
): "unusable" | "missing" | undefined {
	if (typeof stderr !== "string" || !stderr.startsWith(`setpriv: failed to execute ${command}: `))
		return undefined;
	return setprivFailed[exitCode as 126 | 127];
}
