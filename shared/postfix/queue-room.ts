import { statfs } from "node:fs/promises";
import { CommandError, type RunCommand } from "../command.ts";
import { condition, type Health } from "../health.ts";

export const queueDiskFull = condition<{ directory: string; free: number; wanted: number }>({
	code: "postfix.disk_full",
	severity: "error",
	title: "Postfix takes no mail because its disk is full",
	blocksMail: true,
	audience: "homes",
	visibleAfter: 0,
	text: ({ directory, free, wanted }) =>
		`Postfix puts all mail off until there is room: ${megabytes(free)} are free on the disk that holds ${directory}, and it wants ${megabytes(wanted)}`,
	remedy: ({ directory }) =>
		`free some space there ("df ${directory}"); Postfix goes on by itself, and no mail is lost that is sent again`,
});

/** Milliseconds for which Postfix's settings, or its absence, are taken to be as they were. */
const settingsFor = 10 * 60_000;

/** Of a message's greatest size, what Postfix wants free (queue_minfree in postconf(5)). */
const perMessage = 1.5;

/** Bytes that are free for those who are not root, in the file system of this folder. */
async function freeBytes(directory: string): Promise<number> {
	const { bavail, bsize } = await statfs(directory);
	return bavail * bsize;
}

/**
 * Makes the look at the disk of Postfix's queue: with less room than it wants, Postfix answers every MAIL command with
 * 452. Where no Postfix is installed it sees nothing.
 */
export function createQueueRoom(options: {
	run: RunCommand;
	health: Health;
	free?: (directory: string) => Promise<number>;
	now?: () => number;
}): () => Promise<void> {
	const { run, health } = options;
	const free = options.free ?? freeBytes;
	const now = options.now ?? (() => performance.now());
	let settings: { directory: string; wanted: number } | undefined;
	let notBefore = 0;

	async function ask(): Promise<typeof settings> {
		const names = ["queue_directory", "message_size_limit", "queue_minfree"];
		try {
			const said = await run("postconf", ["-x", "-h", ...names]);
			const [directory = "", limit, least] = said.split("\n").map((line) => line.trim());
			return { directory, wanted: Math.max(perMessage * Number(limit), Number(least)) };
		} catch (error) {
			if (error instanceof CommandError && error.missing) return undefined;
			throw error;
		}
	}

	return async () => {
		try {
			if (now() >= notBefore) {
				settings = await ask();
				notBefore = now() + settingsFor;
			}
			if (!settings) return health.clear(queueDiskFull);
			const { directory, wanted } = settings;
			const left = await free(directory);
			health.put(queueDiskFull, "", left < wanted ? { directory, free: left, wanted } : undefined);
		} catch {
			// Without a look at Postfix's settings or its folder there is nothing to say.
			health.clear(queueDiskFull);
		}
	};
}

function megabytes(bytes: number): string {
	return `${Math.round(bytes / 1_000_000)} MB`;
}
