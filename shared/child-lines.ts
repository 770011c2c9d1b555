import { createInterface } from "node:readline";
import { execa } from "execa";
import { type Backoff, waitAfter } from "./backoff.ts";
import { searchPath } from "./command.ts";
import type { Logger } from "./log.ts";
import { leastRights } from "./rights.ts";
import { pause } from "./signal.ts";
import { MINUTE, SECOND } from "./time.ts";

/** A program that goes on printing lines about what happens, and the way to end it. */
export interface ChildLines {
	/** Ends the program and waits until it is gone; it is not started again. */
	stop(): Promise<void>;
}

/** Milliseconds before a program that ended is started again, while it ends at once each time. */
const restart: Backoff = { first: SECOND, max: MINUTE };

/** One that ran for so many milliseconds was well: its next end counts as the first. */
const well = 10 * SECOND;

/** Milliseconds that its output may stay open after its end: a child of its own may hold it for ever. */
const lingering = SECOND / 10;

/**
 * Runs a program that never ends by itself, such as `nft monitor`, and calls `onLine` for each line that it prints.
 * When it ends it is started again, at growing intervals; it ends with us. `onStart` is called at each start, since
 * what happened in between was not told.
 */
export function followLines(options: {
	command: string;
	args: readonly string[];
	onStart(): void;
	onLine(line: string): void;
	log: Logger;
}): ChildLines {
	const { command, args, log } = options;
	const stopping = new AbortController();
	let failures = 0;

	async function once(): Promise<string> {
		const child = execa(...leastRights(command, args), {
			cancelSignal: stopping.signal,
			forceKillAfterDelay: SECOND,
			reject: false,
			buffer: false,
			stdin: "ignore",
			stderr: "ignore",
			env: { PATH: searchPath, LC_ALL: "C" },
		});
		child.once("exit", () => setTimeout(() => child.stdout.destroy(), lingering).unref());
		const lines = createInterface({ input: child.stdout }).on("line", options.onLine);
		options.onStart();
		const { exitCode, signal, code } = await child;
		lines.close();
		return code ?? signal ?? `exit status ${exitCode}`;
	}

	async function follow(): Promise<void> {
		while (!stopping.signal.aborted) {
			const started = performance.now();
			const end = await once();
			if (stopping.signal.aborted) return;
			failures = performance.now() - started > well ? 1 : failures + 1;
			const wait = waitAfter(failures, restart);
			log.debug({ command, args, end }, `${command} ended; it is started again in ${wait / SECOND} s`);
			await pause(wait, stopping.signal);
		}
	}

	const following = follow();
	return {
		async stop() {
			stopping.abort();
			await following;
		},
	};
}
