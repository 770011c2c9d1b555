import { createConnection } from "node:net";
import type { Readable, Writable } from "node:stream";
import { HeimwegError } from "./errors.ts";

/**
 * How a daemon has a unit of its own do what it should not do itself: systemd listens on a socket and starts the unit for a
 * connection, which brings one line and takes one back.
 */
export interface UnitQuestion {
	/** Milliseconds without a word from the unit. */
	patience: number;
	/** Characters of its answer. */
	longestAnswer: number;
	/** What is said when nothing comes of it. */
	words: { interrupted: string; late: string; tooLong: string; unreachable(message: string): string };
}

/**
 * The daemon's end: gives the unit one line, and resolves to all that it answers until it hangs up. While the connection
 * stays open the unit goes on. Throws a HeimwegError.
 */
export function askUnit(
	path: string,
	line: string,
	outer: AbortSignal,
	{ patience, longestAnswer, words }: UnitQuestion,
): Promise<string> {
	return new Promise((resolve, reject) => {
		let answer = "";
		const fail = (what: string, advice?: { remedy: string }) => {
			socket.destroy();
			reject(new HeimwegError(what, advice));
		};
		const interrupt = () => fail(words.interrupted);
		const socket = createConnection(path)
			.setEncoding("utf8")
			.setTimeout(patience, () => fail(words.late))
			.on("data", (piece) => {
				answer += piece;
				if (answer.length > longestAnswer) fail(words.tooLong);
			})
			.on("close", () => {
				outer.removeEventListener("abort", interrupt);
				resolve(answer);
			})
			.on("error", ({ message }) =>
				fail(words.unreachable(message), { remedy: `run "systemctl start ${path.slice("/run/".length)}"` }),
			);
		if (outer.aborted) interrupt();
		else outer.addEventListener("abort", interrupt);
		socket.write(line);
	});
}

/** What the unit has to be told in time, and how long it may be, in characters. */
export interface LineWanted {
	patience: number;
	longest: number;
	/** What is said when it does not come. */
	words: { nothing: string; tooLong: string; cut: string };
}

/** The unit's end: the daemon's line, without its end. What comes behind it waits until the stream is resumed. */
export function readLine(input: Readable, { patience, longest, words }: LineWanted): Promise<string> {
	return new Promise((resolve, reject) => {
		let text = "";
		const timer = setTimeout(() => end(new Error(words.nothing)), patience);
		const take = (piece: string) => {
			text += piece;
			if (text.length > longest) end(new Error(words.tooLong));
			else if (text.includes("\n")) end();
		};
		const cut = () => end(new Error(words.cut));
		input.setEncoding("utf8").on("data", take).once("end", cut).once("error", end);

		function end(error?: Error): void {
			clearTimeout(timer);
			input.off("data", take).off("end", cut).off("error", end).pause();
			if (error) reject(error);
			else resolve(text.slice(0, text.indexOf("\n")));
		}
	});
}

/** The unit's end: writes its answer, as JSON in one line. */
export function answerLine(output: Writable, answer: unknown): Promise<void> {
	return new Promise((resolve) => {
		// Who hung up hears nothing more.
		output.once("error", () => resolve());
		output.write(`${JSON.stringify(answer)}\n`, () => resolve());
	});
}
