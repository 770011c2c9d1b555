import { readFile } from "node:fs/promises";
import { linesOf, type Source } from "./source.ts";

/** A file with an address, a name or `@domain` on each line. */
export function recipientFile(path: string): Source {
	return { name: path, read: async () => linesOf(await readFile(path, "utf8")) };
}
