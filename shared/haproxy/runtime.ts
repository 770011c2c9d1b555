import { connect } from "node:net";
import { codeOf, HeimwegError, messageOf } from "../errors.ts";
import { SECOND } from "../time.ts";

/** The longest answer that is read: a map with all names of ten thousand homes. */
const longestAnswer = 64 * 1024 * 1024;

/** For one command and its whole answer. */
const patience = 5 * SECOND;

/**
 * Asks a running HAProxy on its stats socket (HAProxy's management guide, 9.3) and gives what it answers, without the
 * blank lines at the end. Throws a HeimwegError when it does not answer in time.
 *
 * @param command one command, with its payload if it has one
 */
export function askHaproxy(socket: string, command: string, options: { signal?: AbortSignal } = {}) {
	return new Promise<string>((resolve, reject) => {
		const connection = connect({ path: socket });
		const chunks: Buffer[] = [];
		let length = 0;
		const fail = (why: string) => {
			connection.destroy();
			reject(
				new HeimwegError(`HAProxy's socket ${socket} did not answer "${nameOf(command)}": ${why}`, {
					remedy:
						'look at "systemctl status heimweg-relay-haproxy" and "journalctl -u heimweg-relay-haproxy"',
				}),
			);
		};
		const timer = setTimeout(() => fail(`nothing within ${patience / SECOND} s`), patience);
		const aborted = () => fail("it was interrupted");
		options.signal?.addEventListener("abort", aborted, { once: true });
		if (options.signal?.aborted) aborted();
		connection.on("close", () => {
			clearTimeout(timer);
			options.signal?.removeEventListener("abort", aborted);
		});
		connection.on("error", (error) => fail(codeOf(error) ?? messageOf(error)));
		connection.on("data", (chunk) => {
			length += chunk.length;
			if (length > longestAnswer) fail("the answer is too long");
			chunks.push(chunk);
		});
		connection.on("end", () => resolve(Buffer.concat(chunks).toString("utf8").trimEnd()));
		connection.write(`${command}\n`);
	});
}

/** A command without its payload. */
function nameOf(command: string): string {
	return command.split("\n", 1)[0]!.slice(0, 80);
}
