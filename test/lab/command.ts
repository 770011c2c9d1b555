import { execa } from "execa";

/** How a command ended. */
export interface Outcome {
	stdout: string;
	stderr: string;
	exitCode: number;
}

export interface CommandOptions {
	input?: string;
	/** Milliseconds; 30,000 if not given. */
	timeout?: number;
	env?: Record<string, string>;
	cwd?: string;
	/** False keeps the line end at the end of what was printed. */
	stripFinalNewline?: boolean;
	/** Gets each line the command prints, as it prints it. */
	onLine?: (line: string) => void;
	signal?: AbortSignal | undefined;
	/** What ends it at the timeout or by `signal`; SIGTERM if not given. */
	killSignal?: "SIGTERM" | "SIGKILL";
}

/**
 * Runs a command on this machine and reports how it ended, well or badly.
 * Throws when it could not be started, was ended by a signal or ran into its timeout.
 */
export async function attempt(argv: readonly string[], options: CommandOptions = {}): Promise<Outcome> {
	const [file = "", ...args] = argv;
	const { onLine, timeout = 30_000, signal, ...rest } = options;
	const child = execa(file, args, {
		...rest,
		...(rest.input === undefined ? { stdin: "ignore" as const } : {}),
		timeout,
		reject: false,
		all: onLine !== undefined,
		cancelSignal: signal,
	});
	if (onLine) {
		for await (const line of child.iterable({ from: "all" })) onLine(line);
	}
	const result = await child;
	if (result.exitCode === undefined) {
		throw new Error(`${argv.join(" ")}: ${result.shortMessage ?? "did not end by itself"}\n${result.stderr}`);
	}
	return { stdout: result.stdout, stderr: result.stderr, exitCode: result.exitCode };
}

/** Runs a command on this machine and returns what it printed; throws unless it exits with 0. */
export async function run(argv: readonly string[], options: CommandOptions = {}): Promise<string> {
	const { stdout, stderr, exitCode } = await attempt(argv, options);
	if (exitCode !== 0) throw new Error(`${argv.join(" ")}: exit code ${exitCode}: ${stderr || stdout}`);
	return stdout;
}
