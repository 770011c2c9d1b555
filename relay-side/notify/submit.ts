import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { codeOf, HeimwegError, messageOf } from "../../shared/errors.ts";
import { within } from "../../shared/signal.ts";

/** Hands a message (lines of text, header first) to this machine's Postfix, with the empty sender; throws when it is not taken. */
export type Submit = (recipient: string, message: string, signal: AbortSignal) => Promise<void>;

/** Milliseconds for the whole conversation. */
const patience = 30_000;

/**
 * Submits over SMTP on loopback (RFC 5321): sendmail(1) would need to write into Postfix's queue, which the sandbox
 * does not allow. The empty sender is that of a program's report: what cannot be delivered comes back to nobody.
 */
export function submitTo(port = 25, host = "127.0.0.1"): Submit {
	return async (recipient, message, signal) => {
		const socket = connect({ host, port });
		const limit = within(signal, patience);
		const end = () =>
			socket.destroy(new Error(signal.aborted ? "interrupted" : `no end after ${patience / 1000} s`));
		limit.signal.addEventListener("abort", end);
		try {
			if (limit.signal.aborted) end();
			await converse(socket, recipient, message);
		} catch (error) {
			if (error instanceof HeimwegError) throw error;
			throw new HeimwegError(
				`Postfix does not take mail at ${host}:${port} (${codeOf(error) ?? messageOf(error)})`,
				{
					remedy:
						'look whether Postfix runs ("systemctl status postfix"), and whether inet_interfaces contains loopback',
					cause: error,
				},
			);
		} finally {
			limit.end();
			socket.destroy();
		}
	};
}

async function converse(socket: Socket, recipient: string, message: string): Promise<void> {
	const replies = readReplies(socket);
	const expect = async (code: string, said: string): Promise<void> => {
		const { value: reply = "" } = await replies.next();
		if (reply.startsWith(code)) return;
		throw new HeimwegError(`Postfix did not take the mail: it answered ${said} with "${printable(reply)}"`, {
			remedy: `look at the answer; this machine's Postfix must take mail from 127.0.0.1 to ${recipient}`,
		});
	};
	const send = async (line: string, code: string): Promise<void> => {
		socket.write(`${line}\r\n`);
		await expect(code, line.split(" ")[0]!);
	};
	await once(socket, "connect");
	await expect("220", "the connection");
	await send("HELO localhost", "250");
	await send("MAIL FROM:<>", "250");
	await send(`RCPT TO:<${recipient}>`, "25");
	await send("DATA", "354");
	const lines = message.replace(/\n+$/, "").split(/\r?\n/);
	await send(`${lines.map((line) => (line.startsWith(".") ? `.${line}` : line)).join("\r\n")}\r\n.`, "250");
	socket.write("QUIT\r\n");
}

/** The server's replies, of which only the last line counts (RFC 5321, section 4.2.1); throws when the connection ends. */
async function* readReplies(socket: Socket): AsyncGenerator<string, never> {
	const failed = new Promise<never>((_, reject) => {
		socket.once("error", reject);
		socket.once("close", () => reject(new Error("the connection ended")));
	});
	failed.catch(() => {});
	const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
	for (;;) {
		const { value } = await Promise.race([lines.next(), failed]);
		if (value === undefined) await failed;
		else if (!/^\d{3}-/.test(value)) yield value;
	}
}

function printable(text: string): string {
	return text.replaceAll(/[^ -~]/g, "?").slice(0, 200);
}
