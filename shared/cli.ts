import type { Command } from "commander";
import { ConfigError, EX_CONFIG, EX_TROUBLE, EX_USAGE, HeimwegError, messageOf, remedyOf } from "./errors.ts";
import { folded } from "./fold.ts";
import { prepareHelp } from "./help.ts";
import { plainJson, plainLines } from "./plain-text.ts";
import { english, type Speak, say } from "./words/say.ts";
import { speech } from "./words/speech.ts";

/** Exit status of `status` when the daemon does not run, as systemctl's. */
const notRunning = 3;

/** Runs the command that the command line names; a wrong one ends with EX_USAGE and says where help is. */
export async function parseArguments(program: Command): Promise<void> {
	for (const command of commandsOf(program)) {
		const name = nameOf(command);
		command.showHelpAfterError(`run "${name} --help" to see what there is`);
		command.exitOverride((end) => process.exit(end.exitCode === 0 ? 0 : EX_USAGE));
	}
	await prepareHelp(program, process.argv.slice(2));
	await program.parseAsync();
}

function commandsOf(command: Command): Command[] {
	return [command, ...command.commands.flatMap(commandsOf)];
}

function nameOf(command: Command): string {
	return command.parent ? `${nameOf(command.parent)} ${command.name()}` : command.name();
}

/**
 * Ends the program with the status that the work resolves to, after its output was written.
 *
 * @param speaking how to speak to who reads standard error; a program that systemd runs writes English
 */
export async function exitWith(
	work: Promise<number>,
	speaking: () => Promise<Speak> = speech,
): Promise<void> {
	// Should the program end before its work has, with nothing left to wait for.
	process.exitCode = EX_TROUBLE;
	try {
		process.exitCode = await work;
	} catch (error) {
		process.exitCode = complain(error, await speaking());
	}
	// The daemon may leave timers behind; output to a pipe is flushed first.
	process.stdout.write("", () => process.exit());
}

/** Writes an error as a person reads it to standard error, and returns its exit status. */
export function complain(error: unknown, speak: Speak = english): number {
	const write = (text: string) =>
		void process.stderr.write(`${folded(plainLines(speak(text)), process.stderr.columns)}\n`);
	if (error instanceof ConfigError) {
		for (const problem of error.problems) write(problem);
		return EX_CONFIG;
	}
	const remedy = remedyOf(error);
	write(messageOf(error));
	if (remedy) write(say`what to do: ${remedy}`);
	return error instanceof HeimwegError ? error.exitStatus : EX_TROUBLE;
}

/** The command `check-config`: lists every problem. */
export async function checkConfig(file: string, load: () => Promise<unknown>): Promise<number> {
	await load();
	const speak = await speech();
	process.stdout.write(`${file}: ${speak(say`no problem found`)}\n`);
	return 0;
}

/** The command `status`: exits with 0 only when all is well. */
export async function printStatus<S>(options: {
	ask(): Promise<S>;
	text(status: S, speak: Speak): string;
	isWell(status: S): boolean;
	json: boolean;
}): Promise<number> {
	let status: S;
	try {
		status = await options.ask();
	} catch (error) {
		if (error instanceof ConfigError) throw error;
		complain(error, await speech());
		return notRunning;
	}
	const text = options.json
		? `${plainJson(status)}\n`
		: folded(plainLines(options.text(status, await speech())), process.stdout.columns);
	process.stdout.write(text);
	return options.isWell(status) ? 0 : EX_TROUBLE;
}
