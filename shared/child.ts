import { type ChildProcess, spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { codeOf } from "./errors.ts";
import { SECOND } from "./time.ts";

/** Programs in /sbin are not on every user's path. */
export const searchPath = `${process.env.PATH ?? ""}:/usr/local/sbin:/usr/sbin:/sbin`;

export interface ChildOptions {
	/** Text for its standard input; without it there is nothing to read. */
	input?: string | undefined;
	/** What of its output goes nowhere. */
	ignore?: "stderr";
	/** Milliseconds after which it is ended. */
	timeout?: number;
	signal?: AbortSignal | undefined;
	/** Milliseconds that its output may stay open after its end: a child of its own may hold it for ever. */
	lingering: number;
}

/** How a program ended. */
export interface ChildEnd {
	exitCode?: number | undefined;
	signal?: NodeJS.Signals | undefined;
	/** It could not be started, the system's code. */
	code?: string | undefined;
	/** We ended it, or its output was still open after its end. */
	because?: EndedBy | "output-open" | undefined;
}

export type EndedBy = "timeout" | "signal" | "too-much";

export interface Child {
	stdout: Readable | undefined;
	stderr: Readable | undefined;
	/** Resolves when it is gone and its output read; never rejects. */
	ended: Promise<ChildEnd>;
	/** Ends it. */
	end(because?: EndedBy): void;
}

/** Milliseconds after which a program that ignores SIGTERM is killed. */
const grace = SECOND;

/** Those that run: none stays behind when this program ends by itself. */
const running = new Set<ChildProcess>();
process.once("exit", () => {
	for (const child of running) child.kill();
});

/**
 * Starts a program without a shell, with the languages of scripts (LC_ALL=C). Its output has to be read. A library for this
 * costs twice the CPU for each program, and 5 MB.
 */
export function startChild(command: string, args: readonly string[], options: ChildOptions): Child {
	const { input, ignore, timeout, signal, lingering } = options;
	let child: ChildProcess;
	try {
		child = spawn(command, args, {
			stdio: [input === undefined ? "ignore" : "pipe", "pipe", ignore ? "ignore" : "pipe"],
			env: { ...process.env, PATH: searchPath, LC_ALL: "C" },
		});
	} catch (error) {
		// Arguments that are too long are told in this way, and a missing program in the other.
		const end = { code: codeOf(error) ?? "EINVAL" };
		return { stdout: undefined, stderr: undefined, ended: Promise.resolve(end), end() {} };
	}
	running.add(child);
	let because: ChildEnd["because"];
	let killing: NodeJS.Timeout | undefined;
	let letGo: NodeJS.Timeout | undefined;

	function end(why?: EndedBy): void {
		if (child.exitCode !== null || child.signalCode !== null) return;
		because ??= why;
		child.kill();
		killing ??= setTimeout(() => child.kill("SIGKILL"), grace).unref();
	}

	const late = timeout === undefined ? undefined : setTimeout(end, timeout, "timeout" as const);
	const abort = () => end("signal");
	signal?.addEventListener("abort", abort, { once: true });
	if (signal?.aborted) abort();
	child.once("exit", () => {
		clearTimeout(killing);
		letGo = setTimeout(() => {
			because ??= "output-open";
			child.stdout?.destroy();
			child.stderr?.destroy();
		}, lingering);
	});
	// It may end before it has read everything.
	child.stdin?.on("error", () => {}).end(input);

	const ended = new Promise<ChildEnd>((resolve) => {
		const done = (found: ChildEnd) => {
			for (const timer of [late, killing, letGo]) clearTimeout(timer);
			signal?.removeEventListener("abort", abort);
			running.delete(child);
			resolve({ ...found, because });
		};
		child.once("error", (error) => done({ code: codeOf(error) ?? "EINVAL" }));
		child.once("close", (exitCode, name) =>
			done({ exitCode: exitCode ?? undefined, signal: name ?? undefined }),
		);
	});
	return { stdout: child.stdout ?? undefined, stderr: child.stderr ?? undefined, ended, end };
}

/** The lines of a program's output, without ever holding all of it. */
export async function* linesOf(output: Readable | undefined): AsyncGenerator<string> {
	if (!output) return;
	let rest = "";
	output.setEncoding("utf8");
	try {
		for await (const chunk of output as AsyncIterable<string>) {
			const lines = (rest + chunk).split("\n");
			rest = lines.pop()!;
			yield* lines;
		}
	} catch (error) {
		// Who destroyed it knows why.
		if (codeOf(error) !== "ERR_STREAM_PREMATURE_CLOSE") throw error;
	}
	if (rest) yield rest;
}

/** All of a program's output, up to so many characters; over that, `onTooMuch` is called. */
export function textOf(output: Readable | undefined, most: number, onTooMuch: () => void): () => string {
	const chunks: string[] = [];
	let length = 0;
	output?.setEncoding("utf8").on("data", (chunk: string) => {
		length += chunk.length;
		if (length > most) onTooMuch();
		else chunks.push(chunk);
	});
	return () => chunks.join("").replace(/\n$/, "");
}
