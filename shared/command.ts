import { existsSync } from "node:fs";
import { join } from "node:path";
import { type ChildEnd, linesOf, searchPath, startChild, textOf } from "./child.ts";
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

/** Milliseconds that a program may take when nothing else is said. */
const usualTimeout = 10_000;

/** The largest output that is kept; `postqueue -j` of a full queue is the biggest there is. Errors are short. */
const maximumOutput = { stdout: 64 * 1024 * 1024, stderr: 1024 * 1024 };

/** Milliseconds that a program's output may stay open after its end: a child of its own may hold it for ever. */
const lingering = 2_000;

/** Characters of a command line, and of what it printed, that an error repeats. */
const shownLine = 300;
const shownOutput = 1_500;

/** Runs a program without a shell, and without rights that it does not need; it ends with us, at its timeout, or with the signal. */
export const runCommand: RunCommand = async (command, args, options = {}) => {
	const { timeout = usualTimeout, input, signal, onLine } = options;
	// Else the program would be started, and could do its work before it is ended.
	if (signal?.aborted) throw describe(command, args, timeout, { because: "signal" }, "");
	const child = startChild(...leastRights(command, args), { input, timeout, signal, lingering });
	const tooMuch = () => child.end("too-much");
	const stderr = textOf(child.stderr, maximumOutput.stderr, tooMuch);
	let stdout = () => "";
	if (onLine) for await (const line of linesOf(child.stdout)) onLine(line);
	else stdout = textOf(child.stdout, maximumOutput.stdout, tooMuch);
	const end = await child.ended;
	if (end.exitCode === 0 && !end.because) return stdout();
	throw describe(command, args, timeout, end, stderr());
};

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
	end: ChildEnd,
	printed: string,
): CommandError {
	const line = shortened([command, ...args].join(" "), shownLine);
	const notStarted = startFailure(command, end.exitCode, printed);
	if (end.code === "ENOENT" || notStarted === "missing") return missingProgram(command);
	if ((end.code === "EACCES" || notStarted) && isNowhere(command)) return missingProgram(command);
	if (notStarted) return new CommandError(command, `"${line}" failed: EACCES`);
	if (end.because === "timeout")
		return new CommandError(command, `"${line}" did not end within ${timeout / 1000} s`);
	if (end.because === "signal") return new CommandError(command, `"${line}" was interrupted`);
	if (end.because === "too-much")
		return new CommandError(command, `"${line}" printed more than is read (64 MB, or 1 MB of errors)`);
	const stderr = shortened(printed.trim(), shownOutput);
	return new CommandError(command, `"${line}" failed: ${stderr || reasonOf(end)}`, {
		stderr,
		...(end.exitCode === undefined ? {} : { exitCode: end.exitCode }),
	});
}

/** True when no folder has it: the system says "permission denied" of one that may not be entered, too (execvp(3)). */
function isNowhere(command: string): boolean {
	if (command.includes("/")) return false;
	return !searchPath.split(":").some((folder) => folder && existsSync(join(folder, command)));
}

function reasonOf({ signal, exitCode, code }: ChildEnd): string {
	if (signal) return `ended by ${signal}`;
	if (exitCode) return `exit status ${exitCode}`;
	if (exitCode === 0) return "it ended, but a child of its own keeps its output open";
	return `it could not be started (${code ?? "no reason given"})`;
}

function shortened(text: string, most: number): string {
	return text.length > most ? `${text.slice(0, most)}...` : text;
}
