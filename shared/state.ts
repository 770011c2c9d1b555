import type { z } from "zod";
import { writeFileAtomic } from "./atomic-file.ts";
import { codeOf, messageOf } from "./errors.ts";
import type { Logger } from "./log.ts";
import { readRegularFile } from "./regular-file.ts";

/** What a program remembers across restarts: a hint, never the truth. */
export interface StateFile<T> {
	/** What was last written; undefined when there is none or it is damaged (which costs a warning). */
	read(): Promise<T | undefined>;
	/** True when the last read found a file that cannot be used: what it said is not known, and may have been anything. */
	damaged?(): boolean;
	/** Replaces the file, unless it already says this. Writes never overlap; the last one wins. */
	write(value: T): Promise<void>;
}

/** The largest file that is read, in bytes: a relay's homes, ten thousand of them, are a tenth of it. */
const largest = 64 * 1024 * 1024;

/**
 * A state file at `path`, in JSON, checked against `schema` when read.
 *
 * @param textOf makes the JSON, where the value is so large that it has to be made in slices
 */
export function stateFile<T>(
	path: string,
	schema: z.ZodType<T>,
	log: Logger,
	textOf: (value: T) => Promise<string> | string = (value) => JSON.stringify(value, null, "\t"),
): StateFile<T> {
	let written: string | undefined;
	let queue: Promise<void> = Promise.resolve();
	let isDamaged = false;

	async function read(): Promise<T | undefined> {
		isDamaged = false;
		let text: string;
		try {
			// Not readFile: a pipe in its place would keep the program from ever starting.
			text = (await readRegularFile(path, { limit: largest })).bytes.toString("utf8");
		} catch (error) {
			if (codeOf(error) !== "ENOENT") warn(error);
			return undefined;
		}
		try {
			const value = schema.parse(JSON.parse(text));
			written = text;
			return value;
		} catch (error) {
			warn(error);
			return undefined;
		}
	}

	function warn(error: unknown): void {
		isDamaged = true;
		const reason = messageOf(error).replaceAll(/\s+/g, " ").slice(0, 200);
		log.warn({ file: path }, `the state file ${path} cannot be used and is started anew: ${reason}`);
	}

	function write(value: T): Promise<void> {
		const made = textOf(value);
		const job = queue.then(async () => {
			const text = `${await made}\n`;
			if (text === written) return;
			written = undefined;
			await writeFileAtomic(path, text);
			written = text;
		});
		queue = job.catch(() => {});
		return job;
	}

	return { read, write, damaged: () => isDamaged };
}
