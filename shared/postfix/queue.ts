import { execa } from "execa";
import { searchPath } from "../command.ts";
import { HeimwegError, messageOf } from "../errors.ts";
import { leastRights } from "../rights.ts";

/** One message in Postfix's queue, as far as we read it (postqueue(1), -j). */
export interface QueuedMessage {
	queue_id: string;
	/** `incoming`, `active`, `deferred`, `hold` or `maildrop`. */
	queue_name: string;
	/** Seconds since 1970. */
	arrival_time: number;
	/** Those that have not got the message yet, and why when Postfix has tried. */
	recipients: ReadonlyArray<{ address: string; delay_reason?: string }>;
}

/** Reads the lines of `postqueue -j`, one message each, without ever holding the whole queue. */
export type ListQueue = (signal?: AbortSignal) => AsyncIterable<QueuedMessage>;

/** How many mails, in words. */
export function mailsText(count: number): string {
	return count === 1 ? "1 mail" : `${count} mails`;
}

/** Milliseconds that listing a queue may take. */
const longest = 60_000;

/** Postfix's queue as `postqueue -j` prints it; throws a HeimwegError when it cannot be listed. */
export const listQueue: ListQueue = async function* (signal) {
	const command = execa(...leastRights("postqueue", ["-j"]), {
		buffer: { stdout: false },
		timeout: longest,
		env: { PATH: searchPath, LC_ALL: "C" },
		...(signal ? { cancelSignal: signal } : {}),
	});
	try {
		for await (const line of command) if (line) yield JSON.parse(line) as QueuedMessage;
		await command;
	} catch (error) {
		const text = (error as { stderr?: string }).stderr?.trim() || messageOf(error).split("\n")[0];
		throw new HeimwegError(`cannot list Postfix's queue with "postqueue -j": ${text}`, {
			remedy:
				'look whether Postfix runs ("systemctl status postfix"), and whether user heimweg is in group postdrop',
			cause: error,
		});
	} finally {
		// Who stops reading in the middle has seen enough.
		command.kill();
	}
};
