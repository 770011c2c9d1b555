import { readFile } from "node:fs/promises";
import type { Source } from "./source.ts";

/** The users of people (Debian Policy 9.2.2): what is below are the system's own, and so is nobody. */
const people = { least: 1_000, most: 59_999 };

interface Account {
	name: string;
	ofPeople: boolean;
}

/** The users in a passwd(5) file. */
export function passwdFile(path: string): Source {
	return {
		name: path,
		read: async () => (await accounts(path)).flatMap(({ name, ofPeople }) => (ofPeople ? [name] : [])),
	};
}

/** The names of the system's own users in a passwd(5) file, which no mail is for unless an alias says so. */
export async function systemUsers(path: string): Promise<ReadonlySet<string>> {
	return new Set((await accounts(path)).flatMap(({ name, ofPeople }) => (ofPeople ? [] : [name])));
}

async function accounts(path: string): Promise<Account[]> {
	const lines = (await readFile(path, "utf8")).split("\n").map((line) => line.split(":"));
	return lines.flatMap(([name = "", , id = ""]) => {
		if (!name || !/^\d+$/.test(id)) return [];
		return [{ name, ofPeople: Number(id) >= people.least && Number(id) <= people.most }];
	});
}
