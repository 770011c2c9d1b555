import { access, constants, stat } from "node:fs/promises";
import { hostname } from "node:os";
import type { RunCommand } from "./command.ts";
import { codeOf } from "./errors.ts";
import type { Channel } from "./notify.ts";
import { serviceRights } from "./service-user.ts";

/** Milliseconds for the command. */
const patience = 30_000;

/**
 * Tells through a command of the owner's: one notice at a time, as a line of JSON on its standard input. The
 * arguments are always the configured ones, so nothing that a notice says can become one.
 */
export function commandChannel(options: {
	/** The program's absolute path, and its arguments. */
	command: readonly string[];
	/** Who tells: `heimweg` or `heimweg-relay`. */
	program: string;
	run: RunCommand;
}): Channel {
	const [file = "", ...args] = options.command;
	return {
		name: "notify.command",
		batch: false,
		quiet: ({ quiet }) => quiet,
		async send([notice], more, signal) {
			const input = `${JSON.stringify({ version: 1, program: options.program, host: hostname(), ...notice, more })}\n`;
			await options.run(file, args, { input, timeout: patience, signal });
		},
	};
}

/** What keeps the daemons' user from running the command, as sentences; for `check-config`. */
export async function commandProblems(run: RunCommand, command: readonly string[] = []): Promise<string[]> {
	const file = command[0];
	if (file === undefined) return [];
	const found = await stat(file).catch((error) => codeOf(error) ?? "unknown error");
	if (found === "ENOENT" || found === "ENOTDIR") return [`notify.command: there is no program ${file}`];
	if (typeof found !== "string" && !found.isFile())
		return [`notify.command: ${file} is no program, but a folder`];
	const runnable = await access(file, constants.X_OK).then(
		() => serviceRights(run)("-x", file),
		() => false,
	);
	return runnable ? [] : [`notify.command: the user heimweg may not run ${file}: run "chmod a+rx ${file}"`];
}
