import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type { RunCommand } from "../../shared/command.ts";
import { HeimwegError } from "../../shared/errors.ts";
import { readCode } from "../../shared/invitation/code.ts";
import { Interrupted } from "../../shared/prompt.ts";
import { SECOND } from "../../shared/time.ts";
import { type Enrolled, enrol, joined, underWay } from "./enrol.ts";
import { refuseHome } from "./ground.ts";
import { defaultPaths, type EnrolPaths } from "./paths.ts";

/** A code that comes from a program comes at once; a person takes longer, and may end it. */
const pipePatience = 60 * SECOND;

/** Characters of the longest line that is read. */
const longestLine = 4_096;

export interface JoinCommandOptions {
	run: RunCommand;
	input: Readable & { isTTY?: boolean };
	say(text: string): void;
	signal: AbortSignal;
	/** Milliseconds until the relay must have answered. */
	patience?: number | undefined;
	paths?: Partial<EnrolPaths>;
	/** Makes a home one that may join anew; not before there is a code that can be read, since mail stops with it. */
	makeRoom?: (() => Promise<void>) | undefined;
}

/**
 * The command `join`. The code comes from a terminal or from standard input, never from the command line, where everybody
 * on the machine could read it; where an enrolment is under way none is asked for.
 */
export async function joinCommand(options: JoinCommandOptions): Promise<Enrolled> {
	const { run, say, signal, patience, paths, makeRoom } = options;
	const room = (await joined(paths)) ? makeRoom : undefined;
	if (!room && (await joined(paths))) await refuseHome({ ...defaultPaths, ...paths });
	const code = (await underWay(paths)) ? await newerCode(options) : await askCode(options);
	if (room && code !== undefined) {
		readCode(code);
		await room();
	}
	const enrolled = await enrol(code, { run, signal, patience, paths, say: ({ text }) => say(text) });
	say(
		`This home has joined as ${enrolled.home}. Compare these six words with those that "heimweg-relay invites" shows on the relay: ${enrolled.words}`,
	);
	return enrolled;
}

/** A newer code may have come meanwhile. */
async function newerCode({ input, say, signal }: JoinCommandOptions): Promise<string | undefined> {
	say("An enrolment has begun here.");
	if (input.isTTY) say("Press Enter to go on with it, or paste a newer code:");
	const line = (await readLine(input, input.isTTY ? undefined : SECOND, signal).catch(() => "")) ?? "";
	signal.throwIfAborted();
	return line.trim() === "" ? undefined : line;
}

async function askCode({ input, say, signal }: JoinCommandOptions): Promise<string> {
	if (input.isTTY) say('Paste the code that "heimweg-relay invite" printed on the relay, and press Enter:');
	const line = await readLine(input, input.isTTY ? undefined : pipePatience, signal);
	if (line !== undefined && line.trim() !== "") return line;
	// Ctrl-D: somebody who thought better of it.
	if (line === undefined && input.isTTY) throw new Interrupted();
	throw new HeimwegError("expected a code on standard input, and none came", {
		remedy: 'run "heimweg join" and paste it, or "heimweg join < FILE"',
	});
}

/** The first line; undefined at the end of the input. */
async function readLine(
	input: Readable,
	patience: number | undefined,
	signal: AbortSignal,
): Promise<string | undefined> {
	const lines = createInterface({ input });
	const late = patience === undefined ? undefined : AbortSignal.timeout(patience);
	const limit = late ? AbortSignal.any([signal, late]) : signal;
	try {
		const [line] = (await Promise.race([
			once(lines, "line", { signal: limit }),
			once(lines, "close", { signal: limit }),
		])) as [string | undefined];
		return line?.slice(0, longestLine);
	} catch (error) {
		if (late?.aborted && !signal.aborted)
			throw new HeimwegError(`no code came on standard input within ${patience! / SECOND} s`);
		// once() has an error of its own for it.
		throw signal.aborted ? signal.reason : error;
	} finally {
		lines.close();
	}
}
