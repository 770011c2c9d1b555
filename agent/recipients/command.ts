import type { RunCommand } from "../../shared/command.ts";
import { linesOf, type Source } from "./source.ts";

/** Milliseconds for a command of the user's own, which may ask a database. */
const patience = 60_000;

/** What a command prints, an address on each line; its arguments are fixed, and no shell reads them. */
export function recipientCommand([program, ...args]: readonly string[], run: RunCommand): Source {
	return {
		name: program!,
		read: async () => linesOf(await run(program!, args, { timeout: patience })),
	};
}
