import type { Readable, Writable } from "node:stream";
import type { RunCommand } from "./command.ts";
import { messageOf, remedyOf } from "./errors.ts";
import type { Outcome } from "./notify-unit.ts";
import { SECOND } from "./time.ts";
import { answerLine, readLine } from "./unit-exchange.ts";

/** Milliseconds for the command. */
export const commandPatience = 30 * SECOND;

/** Milliseconds in which the notice must have come, and the most characters that it may have. */
const notice = {
	...{ patience: 5 * SECOND, longest: 65_536 },
	words: { nothing: "no notice came", tooLong: "the notice is too long", cut: "the notice was cut short" },
};

/** Characters of an error that are handed back. */
const shownError = 2_000;

/**
 * What the unit does for one notice: reads it, one line, from the daemon's connection, and gives it to the configured
 * command on its standard input. Who connects can only make it run that command. When the daemon hangs up, the command
 * is ended. Writes the outcome to the connection and returns the exit status.
 */
export async function runNotice(options: {
	/** `notify.command` as the configuration has it now; undefined when it was taken out since. */
	command: readonly string[] | undefined;
	run: RunCommand;
	/** The connection; systemd makes it standard input and output. */
	input?: Readable;
	output?: Writable;
}): Promise<number> {
	const { input = process.stdin, output = process.stdout } = options;
	const hangUp = new AbortController();
	const outcome = await act().catch(
		(error): Outcome => ({
			ok: false,
			error: messageOf(error).slice(0, shownError),
			remedy: remedyOf(error)?.slice(0, shownError),
		}),
	);
	await answerLine(output, outcome);
	return outcome.ok ? 0 : 1;

	async function act(): Promise<Outcome> {
		const [file, ...args] = options.command ?? [];
		if (file === undefined) return { ok: false, error: "the configuration has no notify.command" };
		const line = await readLine(input, notice);
		input.once("close", () => hangUp.abort()).once("end", () => hangUp.abort());
		input.resume();
		await options.run(file, args, { input: `${line}\n`, timeout: commandPatience, signal: hangUp.signal });
		return { ok: true };
	}
}
