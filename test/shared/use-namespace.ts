import { execFileSync } from "node:child_process";
import { afterAll, beforeAll } from "vitest";
import { type RunCommand, runCommand } from "../../shared/command.ts";

/** A network of a test's own: what happens in it reaches nothing else. */
export interface TestNamespace {
	name: string;
	/** Runs a program in it, as the daemons run theirs. */
	run: RunCommand;
	/** Runs a line of shell in it, and gives what it prints; throws when it fails. */
	sh(line: string): string;
	/** What a command begins with that runs in it as the daemons do: a user with no right but CAP_NET_ADMIN. */
	asDaemon: readonly [string, ...string[]];
}

const made = new Set<string>();
let watched = false;

function remove(name: string): void {
	if (!made.delete(name)) return;
	execFileSync("ip", ["netns", "del", name], { stdio: "ignore" });
}

function removeAll(): void {
	for (const name of made) remove(name);
}

function interrupted(): void {
	removeAll();
	process.exit(1);
}

/** Makes a network namespace for the tests that follow (root only), with `lo` up; it goes with them, also on Ctrl-C. */
export function useNamespace(purpose: string): TestNamespace {
	const name = `hw${purpose}${process.pid}`;
	const inside = ["netns", "exec", name];
	const sh = (line: string) =>
		execFileSync("ip", [...inside, "sh", "-ec", line], { encoding: "utf8", stdio: "pipe" });
	beforeAll(() => {
		if (!watched) process.once("exit", removeAll).once("SIGTERM", interrupted).once("SIGINT", interrupted);
		watched = true;
		execFileSync("ip", ["netns", "add", name]);
		made.add(name);
		sh("ip link set lo up");
	});
	afterAll(() => remove(name));
	return {
		name,
		run: (command, args, options) => runCommand("ip", [...inside, command, ...args], options),
		sh,
		asDaemon: [
			"ip",
			...[...inside, "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"],
			...["--inh-caps=-all,+net_admin", "--ambient-caps=-all,+net_admin"],
		],
	};
}
