import { statSync } from "node:fs";
import { join } from "node:path";
import type { RunCommand } from "../command.ts";

/**
 * A mark that is another one whenever a message began or ended a delivery since; undefined when there is no telling.
 * It costs one system call, where listing the queue takes a process that opens every message.
 */
export type QueueMark = () => Promise<number | undefined>;

/** The mark of the Postfix on this machine, also of one that is installed later. */
export function queueMark(run: RunCommand): QueueMark {
	/** Null when there is none that tells. */
	let folder: string | null | undefined;

	async function find(): Promise<string | null | undefined> {
		const settings = await run("postconf", ["-h", "queue_directory", "hash_queue_names"]).catch(() => "");
		const [directory = "", hashed = ""] = settings.split("\n");
		if (!directory) return undefined;
		// Every message goes through `active`, so the folder's own time tells, unless it is split into many.
		return /\bactive\b/.test(hashed) ? null : join(directory.trim(), "active");
	}

	return async () => {
		if (folder === undefined) folder = await find();
		if (!folder) return undefined;
		// Each second, and a hundred times cheaper than by way of another thread; Postfix's queue is on a disk of this machine.
		return statSync(folder, { throwIfNoEntry: false })?.mtimeMs;
	};
}
