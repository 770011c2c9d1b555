import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { RunCommand } from "../../shared/command.ts";

/**
 * A mark that is another one whenever a message began or ended a delivery since; undefined when there is no telling.
 * It costs one system call, where listing the queue takes a process that opens every message.
 */
export type QueueMark = () => Promise<number | undefined>;

/** The mark of the Postfix on this machine. */
export async function queueMark(run: RunCommand): Promise<QueueMark> {
	const settings = await run("postconf", ["-h", "queue_directory", "hash_queue_names"]).catch(() => "");
	const [directory = "", hashed = ""] = settings.split("\n");
	// Every message goes through `active`, so the folder's own time tells, unless it is split into many.
	if (!directory || /\bactive\b/.test(hashed)) return async () => undefined;
	const folder = join(directory.trim(), "active");
	return () =>
		stat(folder).then(
			({ mtimeMs }) => mtimeMs,
			() => undefined,
		);
}
