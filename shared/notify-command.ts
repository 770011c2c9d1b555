import { access, constants, stat } from "node:fs/promises";
import { hostname } from "node:os";
import type { RunCommand } from "./command.ts";
import { codeOf } from "./errors.ts";
import type { Channel } from "./notify.ts";
import { commandPatience } from "./notify-run.ts";
import { notifySocket, tellUnit } from "./notify-unit.ts";
import { serviceRights } from "./service-user.ts";

/** Who runs the command under systemd (systemd/heimweg.sysusers): the daemons' user may read the keys. */
const commandUser = "heimweg-notify";

/**
 * Tells through a command of the owner's: one notice at a time, as a line of JSON on its standard input. The
 * arguments are always the configured ones, so nothing that a notice says can become one. Under systemd a unit of
 * another user runs it, which reads by itself what the command is.
 */
export function commandChannel(options: {
	/** The program's absolute path, and its arguments. */
	command: readonly string[];
	/** Who tells: `heimweg` or `heimweg-relay`. */
	program: string;
	run: RunCommand;
	/** Where that unit listens; undefined to run the command from here. */
	socket?: string | undefined;
}): Channel {
	const socket = "socket" in options ? options.socket : unitSocket(options.program);
	const [file = "", ...args] = options.command;
	return {
		name: "notify.command",
		batch: false,
		visibleAfter: ({ visibleAfter }) => visibleAfter,
		async send([notice], more, signal) {
			const input = `${JSON.stringify({ version: 1, program: options.program, host: hostname(), ...notice, more })}\n`;
			if (socket !== undefined) await tellUnit(socket, input, signal);
			else await options.run(file, args, { input, timeout: commandPatience, signal });
		},
	};
}

/** The unit's socket when systemd runs us; who runs a daemon by hand has no such unit. */
function unitSocket(program: string): string | undefined {
	return process.env.NOTIFY_SOCKET ? notifySocket(program) : undefined;
}

/** What keeps the command from working as the user that runs it, as sentences; for `check-config`. */
export async function commandProblems(run: RunCommand, command: readonly string[] = []): Promise<string[]> {
	const [file, ...args] = command;
	if (file === undefined) return [];
	const found = await stat(file).catch((error) => codeOf(error) ?? "unknown error");
	if (found === "ENOENT" || found === "ENOTDIR") return [`notify.command: there is no program ${file}`];
	if (typeof found !== "string" && !found.isFile())
		return [`notify.command: ${file} is no program, but a folder`];
	const may = serviceRights(run, commandUser);
	const runnable = await access(file, constants.X_OK).then(
		() => may("-x", file),
		() => false,
	);
	const problems = runnable
		? []
		: [`notify.command: the user ${commandUser} may not run ${file}: run "chmod a+rx ${file}"`];
	for (const path of args) {
		const isFile = path.startsWith("/") && (await stat(path).catch(() => undefined))?.isFile();
		if (!isFile || (await may("-r", path))) continue;
		problems.push(
			`notify.command: the user ${commandUser}, who runs it, may not read ${path}: move it to /etc/${commandUser}, and run "chown root:${commandUser}" and "chmod 0640" on it`,
		);
	}
	return problems;
}
