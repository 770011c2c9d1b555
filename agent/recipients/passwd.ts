import { readFile } from "node:fs/promises";
import type { Source } from "./source.ts";

/** The users of people (Debian Policy 9.2.2): what is below are the system's own. */
const people = { least: 1_000, most: 59_999 };

/** The users in a passwd(5) file. */
export function passwdFile(path: string): Source {
	return {
		name: path,
		async read() {
			const users = (await readFile(path, "utf8")).split("\n").map((line) => line.split(":"));
			return users.flatMap(([name = "", , id = ""]) =>
				name && Number(id) >= people.least && Number(id) <= people.most ? [name] : [],
			);
		},
	};
}
