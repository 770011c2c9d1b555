import type { Readable, Writable } from "node:stream";
import { SECOND } from "../time.ts";
import type { Finding } from "./finding.ts";

/** What the daemon knows must have come by then, and be no longer than this. */
const patience = 5 * SECOND;
const longest = 4 * 1024 * 1024;

/**
 * What the unit does for one look: reads what the daemon knows, one line, from its connection, looks, and writes what it
 * found to the connection. Who connects can only make it look.
 */
export async function runForDaemon(options: {
	look(known: string): Promise<readonly Finding[]>;
	/** The connection; systemd makes it standard input and output. */
	input?: Readable;
	output?: Writable;
}): Promise<0> {
	const { look, input = process.stdin, output = process.stdout } = options;
	const findings = await look(await firstLine(input));
	await new Promise<void>((resolve) => {
		// Who hung up hears nothing more.
		output.once("error", () => resolve());
		output.write(`${JSON.stringify({ version: 1, findings })}\n`, () => resolve());
	});
	return 0;
}

function firstLine(input: Readable): Promise<string> {
	return new Promise((resolve, reject) => {
		let text = "";
		const timer = setTimeout(() => end(new Error("nothing came from the daemon")), patience);
		const take = (piece: string) => {
			text += piece;
			if (text.length > longest) end(new Error("what came from the daemon is too long"));
			else if (text.includes("\n")) end();
		};
		const cut = () => end(new Error("what came from the daemon was cut short"));
		input.setEncoding("utf8").on("data", take).once("end", cut).once("error", end);

		function end(error?: Error): void {
			clearTimeout(timer);
			input.off("data", take).off("end", cut).off("error", end).pause();
			if (error) reject(error);
			else resolve(text.slice(0, text.indexOf("\n")));
		}
	});
}
