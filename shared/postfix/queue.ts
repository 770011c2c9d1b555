import { execa } from "execa";
import { searchPath } from "../command.ts";
import { HeimwegError, messageOf } from "../errors.ts";
import { plainText } from "../plain-text.ts";
import { leastRights } from "../rights.ts";
import { fieldsOf } from "./json-line.ts";

/** One message in Postfix's queue, as far as we read it (postqueue(1), -j). */
export interface QueuedMessage {
	queue_id: string;
	/** `incoming`, `active`, `deferred`, `hold` or `maildrop`. */
	queue_name: string;
	/** Seconds since 1970. */
	arrival_time: number;
	/** Those that have not got the message yet, and why when Postfix has tried. */
	recipients: ReadonlyArray<{ address: string; delay_reason?: string }>;
	/** It goes back to its sender at the next try that fails (postsuper(1), -e). */
	forced_expire?: true;
	/** Something of it could not be read: it may be for anybody. */
	unread?: true;
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
		for await (const line of command) if (line) yield parseQueued(line);
		await command;
	} catch (error) {
		throw new HeimwegError(`cannot list Postfix's queue with "postqueue -j": ${reasonOf(error)}`, {
			remedy:
				'look whether Postfix runs ("systemctl status postfix"), and whether user heimweg is in group postdrop',
			cause: error,
		});
	} finally {
		// Who stops reading in the middle has seen enough.
		command.kill();
	}
};

/** What postqueue(1) says, without the form of its log lines. */
function reasonOf(error: unknown): string {
	const said = (error as { stderr?: string }).stderr?.trim() || messageOf(error);
	const lines = said.split("\n");
	const line = lines.find((one) => /\b(fatal|panic):/.test(one)) ?? lines[0]!;
	if (/mail system is down/.test(line)) return "Postfix does not run";
	return line.replace(/^postqueue: (fatal|panic|warning): /, "").slice(0, 300);
}

/** What a queue ID is made of, with long ones and without (postconf(5), enable_long_queue_ids). */
const queueId = /^[0-9A-Za-z]{1,40}$/;

/**
 * Reads a line of `postqueue -j`. What cannot be read is left out and marked: the message is there all the same. One
 * whose queue or id is not known is in no queue, so that nobody acts on it. Never throws.
 */
export function parseQueued(line: string, now: () => Date = () => new Date()): QueuedMessage {
	const fields = fieldsOf(line);
	const known = typeof fields.queue_name === "string" && typeof fields.queue_id === "string";
	const inQueue = known && queueId.test(fields.queue_id as string);
	const { arrival_time: arrived } = fields;
	const dated = typeof arrived === "number" && arrived >= 0;
	const listed = Array.isArray(fields.recipients) ? (fields.recipients as unknown[]) : [];
	const recipients = listed.flatMap(readRecipient);
	const whole = inQueue && dated && Array.isArray(fields.recipients) && recipients.length === listed.length;
	return {
		queue_id: inQueue ? (fields.queue_id as string) : "",
		queue_name: inQueue ? (fields.queue_name as string) : "",
		arrival_time: dated ? arrived : Math.floor(now().getTime() / 1000),
		recipients,
		...(fields.forced_expire === true ? { forced_expire: true as const } : {}),
		...(whole ? {} : { unread: true }),
	};
}

function readRecipient(found: unknown): Array<{ address: string; delay_reason?: string }> {
	const { address, delay_reason: reason } = (found ?? {}) as Record<string, unknown>;
	if (typeof address !== "string") return [];
	// The reason is what the other side's mail server said.
	return [{ address, ...(typeof reason === "string" ? { delay_reason: plainText(reason) } : {}) }];
}
