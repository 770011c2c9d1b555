import type { Readable, Writable } from "node:stream";
import { SECOND } from "../time.ts";
import { answerLine, readLine } from "../unit-exchange.ts";
import type { Finding } from "./finding.ts";

/** What the daemon knows must have come by then, and be no longer than this. */
const line = {
	...{ patience: 5 * SECOND, longest: 4 * 1024 * 1024 },
	words: {
		nothing: "nothing came from the daemon",
		tooLong: "what came from the daemon is too long",
		cut: "what came from the daemon was cut short",
	},
};

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
	const findings = await look(await readLine(input, line));
	await answerLine(output, { version: 1, findings });
	return 0;
}
