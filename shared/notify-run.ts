import type { Readable, Writable } from "node:stream";
import type { RunCommand } from "./command.ts";
import { messageOf, remedyOf } from "./errors.ts";
import type { Outcome } from "./notify-unit.ts";
import { SECOND } from "./time.ts";

/** Milliseconds for the command. */
export const commandPatience = 30 * SECOND;

/** Milliseconds in which the notice must have come, and the most characters that it may have. */
const noticePatience = 5 * SECOND;
const longestNotice = 65_536;

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
	await new Promise<void>((resolve) => {
		// Who hung up hears nothing more.
		output.once("error", () => resolve());
		output.write(`${JSON.stringify(outcome)}\n`, () => resolve());
	});
	return outcome.ok ? 0 : 1;

	async function act(): Promise<Outcome> {
		const [file, ...args] = options.command ?? [];
		if (file === undefined) return { ok: false, error: "the configuration has no notify.command" };
		const line = await readLine(input);
		input.once("close", () => hangUp.abort()).once("end", () => hangUp.abort());
		input.resume();
		await options.run(file, args, { input: line, timeout: commandPatience, signal: hangUp.signal });
		return { ok: true };
	}
}

/** The first line, with its end. */
function readLine(input: Readable): Promise<string> {
	return new Promise((resolve, reject) => {
		let text = "";
		const timer = setTimeout(() => finish(new Error("no notice came")), noticePatience);
		const take = (piece: string) => {
			text += piece;
			if (text.length > longestNotice) finish(new Error("the notice is too long"));
			else if (text.includes("\n")) finish();
		};
		const cut = () => finish(new Error("the notice was cut short"));
		input.setEncoding("utf8").on("data", take).once("end", cut).once("error", finish);

		function finish(error?: Error): void {
			clearTimeout(timer);
			input.off("data", take).off("end", cut).off("error", finish);
			if (error) reject(error);
			else resolve(text.slice(0, text.indexOf("\n") + 1));
		}
	});
}
