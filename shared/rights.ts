import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** The programs that set up, or look into, the network, and need CAP_NET_ADMIN for it. */
const privileged = new Set(["ip", "nft", "ss", "wg"]);

/** Gives up the rights that a child would get, and becomes the program; in util-linux, on every Debian. */
const setpriv = "/usr/bin/setpriv";
const giveUp = ["--ambient-caps=-all", "--"];

/** How setpriv(1) ends when it could not run the program: as a shell does. */
const setprivFailed = { 126: "unusable", 127: "missing" } as const;

/**
 * Whether what we start would inherit our rights, and can be kept from it: the units give them as ambient ones
 * (capabilities(7)), and allow capset(2), which setpriv uses. Root's own commands keep root's rights.
 */
function canGiveUp(): boolean {
	const status = readFileSync("/proc/self/status", "utf8");
	if (!/^CapAmb:\s*0*[1-9a-f]/m.test(status)) return false;
	// An older unit, or a drop-in, may forbid it: then nothing would work at all.
	return spawnSync(setpriv, [...giveUp, "true"], { stdio: "ignore", timeout: 5_000 }).status === 0;
}

let givesUp: boolean | undefined;

/**
 * The command line that starts a program with no more rights than it needs: a process that has ours may read our memory,
 * and with it the keys. It takes about 1 ms more. Dropping the ambient set is enough: without it, a program that may
 * gain no privileges starts with none.
 */
export function leastRights(command: string, args: readonly string[]): [string, readonly string[]] {
	if (privileged.has(command)) return [command, args];
	givesUp ??= canGiveUp();
	return givesUp ? [setpriv, [...giveUp, command, ...args]] : [command, args];
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
