import { connect } from "node:net";
import { createInterface } from "node:readline";
import type { Address } from "./address.ts";
import { HeimwegError, messageOf } from "./errors.ts";
import { SECOND } from "./time.ts";

/** A mail as it is handed over. */
export interface Mail {
	server: Address;
	port?: number;
	/** Of whom hands it over. */
	helo: string;
	/** Envelope addresses, without spaces. */
	from: string;
	to: string;
	/** Header and body, lines ended by a line feed, ASCII. */
	text: string;
}

/** For all of a short mail; a server may look names up. */
const patience = 30 * SECOND;

/**
 * Hands one mail over by SMTP (RFC 5321), in clear, to a server inside the tunnel. Resolves to what it said when it took the
 * mail, which most often names it. Throws with what it said when it did not.
 */
export async function sendMail({ server, port = 25, helo, from, to, text }: Mail): Promise<string> {
	const socket = connect({ host: server, port, timeout: patience });
	const failed = new Promise<never>((_, reject) => {
		socket.on("error", (error) => reject(new HeimwegError(`${server}, port ${port}: ${messageOf(error)}`)));
		socket.on("timeout", () => reject(new HeimwegError(`${server}, port ${port}, did not answer in time`)));
		socket.on("close", () => reject(new HeimwegError(`${server}, port ${port}, ended the connection`)));
	});
	failed.catch(() => {});
	const late = setTimeout(() => socket.emit("timeout"), patience);
	const lines = createInterface({ input: socket.setEncoding("latin1") })[Symbol.asyncIterator]();
	async function hears(expected: string): Promise<string> {
		for (;;) {
			const { value: line = "", done } = await Promise.race([lines.next(), failed]);
			if (done) throw new HeimwegError(`${server}, port ${port}, ended the connection`);
			// A hyphen after the code: more lines of the same reply come.
			if (line[3] === "-") continue;
			if (line.startsWith(expected)) return line;
			throw new HeimwegError(`${server} said: ${line.slice(0, 300)}`);
		}
	}
	async function says(command: string, expected: string): Promise<string> {
		socket.write(`${command}\r\n`);
		return hears(expected);
	}
	try {
		await hears("220");
		await says(`EHLO ${helo}`, "250");
		await says(`MAIL FROM:<${from}>`, "250");
		await says(`RCPT TO:<${to}>`, "25");
		await says("DATA", "354");
		const body = text.replaceAll(/\r?\n/g, "\r\n").replaceAll(/^\./gm, "..");
		const taken = await says(`${body}\r\n.`, "250");
		socket.end("QUIT\r\n");
		return taken;
	} finally {
		clearTimeout(late);
		socket.destroySoon();
	}
}
