import { readRegularFile } from "../../shared/regular-file.ts";
import { documentBytes } from "./document.ts";
import { linesOf, type Source } from "./source.ts";

/** A file with an address, a name or `@domain` on each line. */
export function recipientFile(path: string): Source {
	return {
		name: path,
		read: async () => linesOf((await readRegularFile(path, { limit: documentBytes })).bytes.toString("utf8")),
	};
}
