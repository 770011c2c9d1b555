import { existsSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { type ExecaError, execa } from "execa";
import { HeimwegError } from "./errors.ts";
import { leastRights, startFailure } from "./rights.ts";

export interface CommandOptions {
	/** Text for the command's standard input; secrets go this way, never through the arguments. */
	input?: string;
	/** Milliseconds after which the command is ended; 10,000 by default. */
	timeout?: number;
	signal?: AbortSignal;
	/** Gets each line of standard output as it comes, of any number; nothing is kept, and the empty string returned. */
	onLine?: (line: string) => void;
}

/** Runs a program and returns its standard output, or throws a CommandError. */
export type RunCommand = (
	command: string,
	args: readonly string[],
	options?: CommandOptions,
) => Promise<string>;

/** A program that is missing, failed, or did not end in time. */
export class CommandError extends HeimwegError {
	readonly command: string;
	readonly exitCode: number | undefined;
	readonly stderr: string;
	/** True when the program is not installed. */
	readonly missing: boolean;

	constructor(command: string, message: string, details: CommandErrorDetails = {}) {
		super(message, details);
		this.command = command;
		this.exitCode = details.exitCode;
		this.stderr = details.stderr ?? "";
		this.missing = details.missing ?? false;
	}
}

interface CommandErrorDetails {
	remedy?: string;
	exitCode?: number;
	stderr?: string;
	missing?: boolean;
}

/** The Debian package that a command of ours comes from. */
const packageOf: Record<string, string> = {
	wg: "wireguard-tools",
	ip: "iproute2",
	nft: "nftables",
	postmap: "postfix",
	postconf: "postfix",
	postfix: "postfix",
	postqueue: "postfix",
	sendmail: "postfix",
	doveconf: "dovecot-core",
};

/** Programs in /sbin are not on every user's path. */
export const searchPath = `${process.env.PATH ?? ""}:/usr/local/sbin:/usr/sbin:/sbin`;

/** The largest output that is kept; `postqueue -j` of a full queue is the biggest there is. Errors are short. */
const maximumOutput = { stdout: 64 * 1024 * 1024, stderr: 1024 * 1024 };

/** Milliseconds that a program's output may stay open after its end: a child of its own may hold it for ever. */
const lingering = 2_000;

/** Characters of a command line, and of what it printed, that an error repeats. */
const shownLine = 300;
const shownOutput = 1_500;

/** Runs a program without a shell, and without rights that it does not need; it ends with us, at its timeout, or with the signal. */
export const runCommand: RunCommand = async (command, args, options = {}) => {
	const timeout = options.timeout ?? 10_000;
	let letGo: NodeJS.Timeout | undefined;
	await turnToStart();
	// Else the program would be started, and could do its work before it is ended.
	if (options.signal?.aborted) throw describe(command, args, timeout, { isCanceled: true } as ExecaError);
	try {
		const child = execa(...leastRights(command, args), {
			// Nothing to read instead of a pipe without content: a fifth less CPU for each command.
			...(options.input === undefined ? { stdin: "ignore" as const } : { input: options.input }),
			timeout,
			...(options.signal ? { cancelSignal: options.signal } : {}),
			forceKillAfterDelay: 1_000,
			maxBuffer: maximumOutput,
			...(options.onLine ? { buffer: { stdout: false } } : {}),
			env: { PATH: searchPath, LC_ALL: "C" },
		});
		child.once("exit", () => {
			letGo = setTimeout(() => {
				child.stdout.destroy();
				child.stderr.destroy();
			}, lingering);
		});
		if (options.onLine) for await (const line of child) options.onLine(line as string);
		return (await child).stdout ?? "";
	} catch (error) {
		throw describe(command, args, timeout, error as ExecaError);
	} finally {
		clearTimeout(letGo);
	}
};

let lastTurn: Promise<void> = Promise.resolve();

/**
 * Resolves when the next program may be started, one in each turn. A start keeps everything here waiting for milliseconds, the
 * more the larger we are; what is written to a socket that is just being opened goes out first, and answers come in between.
 */
function turnToStart(): Promise<void> {
	lastTurn = lastTurn.then(async () => {
		await setImmediate();
		// A connection that is there at once is told as opened in the turn after this one.
		await setImmediate();
	});
	return lastTurn;
}

/** The error of a program that is not installed. */
export function missingProgram(command: string): CommandError {
	const source = packageOf[command];
	return new CommandError(command, `the program ${command} is needed and was not found`, {
		missing: true,
		...(source ? { remedy: `run "apt install ${source}"` } : {}),
	});
}

function describe(
	command: string,
	args: readonly string[],
	timeout: number,
	error: ExecaError,
): CommandError {
	const line = shortened([command, ...args].join(" "), shownLine);
	const notStarted = startFailure(command, error.exitCode, error.stderr);
	if (error.code === "ENOENT" || notStarted === "missing") return missingProgram(command);
	if ((error.code === "EACCES" || notStarted) && isNowhere(command)) return missingProgram(command);
	if (notStarted) return new CommandError(command, `"${line}" failed: EACCES`);
	if (error.timedOut) return new CommandError(command, `"${line}" did not end within ${timeout / 1000} s`);
	if (error.isCanceled) return new CommandError(command, `"${line}" was interrupted`);
	if (error.isMaxBuffer)
		return new CommandError(command, `"${line}" printed more than is read (64 MB, or 1 MB of errors)`);
	const stderr = typeof error.stderr === "string" ? shortened(error.stderr.trim(), shownOutput) : "";
	return new CommandError(command, `"${line}" failed: ${stderr || reasonOf(error)}`, {
		stderr,
		...(error.exitCode === undefined ? {} : { exitCode: error.exitCode }),
	});
}

/** True when no folder has it: the system says "permission denied" of one that may not be entered, too (execvp(3)). */
function isNowhere(command: string): boolean {
	if (command.includes("/")) return false;
	return !searchPath.split(":").some((folder) => folder && existsSync(join(folder, command)));
}

function reasonOf(error: ExecaError): string {
	if (error.signal) return `ended by ${error.signal}`;
	if (error.exitCode) return `exit status ${error.exitCode}`;
	if (error.exitCode === 0) return "it ended, but a child of its own keeps its output open";
	return error.code ?? error.originalMessage ?? "it could not be started";
}

function shortened(text: string, most: number): string {
	return text.length > most ? `${text.slice(0, most)}...` : text;
}
