import { CommandError, type RunCommand } from "../command.ts";
import { messageOf } from "../errors.ts";
import { SECOND } from "../time.ts";
import { say } from "../words/say.ts";

/** What a table has for the keys that it was asked for. */
export interface Answers {
	is: "read";
	entries: ReadonlyMap<string, string>;
}

/** A table that cannot be asked. */
export interface Unread {
	is: "unread";
	why: string;
	/** True when Postfix cannot open it either: there is no such file, or no such type of table. */
	missing: boolean;
}

/** Keys that one postmap(1) is asked for: a moment's work, and little memory. */
const slice = 20_000;

/** A table on a database server may be long in answering; one on disk takes milliseconds. */
const patience = 5 * SECOND;

/** Asks a table for keys, with the rights of our user: what Postfix alone may read is not known. */
export async function askTable(
	run: RunCommand,
	table: string,
	keys: readonly string[],
): Promise<Answers | Unread> {
	// Only Postfix's own processes get to proxymap(8); the table behind it is the same.
	const direct = table.replace(/^(proxy:)+/, "");
	const entries = new Map<string, string>();
	for (let at = 0; at < keys.length; at += slice) {
		const input = keys
			.slice(at, at + slice)
			.filter((key) => /^[^\s]+$/.test(key))
			.map((key) => `${key}\n`)
			.join("");
		try {
			const text = await run("postmap", ["-q", "-", direct], { input, timeout: patience });
			for (const line of text.split("\n")) {
				const tab = line.indexOf("\t");
				if (tab > 0) entries.set(line.slice(0, tab).toLowerCase(), line.slice(tab + 1));
			}
		} catch (error) {
			if (!foundNothing(error)) return unread(error);
		}
	}
	return { is: "read", entries };
}

/** postmap(1) exits 1 without a word when none of the keys is there. */
function foundNothing(error: unknown): boolean {
	return (
		error instanceof CommandError && error.exitCode === 1 && !/\b(fatal|error|panic):/.test(error.stderr)
	);
}

function unread(error: unknown): Unread {
	const stderr = error instanceof CommandError ? error.stderr : "";
	const line = stderr.split("\n").find((text) => /\b(fatal|panic|error):/.test(text));
	const why = (line ?? messageOf(error)).replace(/^postmap: (fatal|panic|error): /, "").slice(0, 200);
	const missing = /No such file or directory|unsupported dictionary type|Invalid argument/.test(why);
	return { is: "unread", why, missing };
}

/** The first step for a table that Postfix cannot open. */
export function tableRemedy(table: string, list: string, why: string): string {
	const plain = table.replace(/^(proxy:)+/, "");
	const type = plain.slice(0, plain.indexOf(":"));
	const out = say`take it out of ${list} in main.cf`;
	if (/unsupported dictionary type/.test(why)) return say`run "apt install postfix-${type}", or ${out}`;
	const made = ["hash", "btree", "lmdb", "cdb"].includes(type);
	return made ? say`make it with "postmap ${plain}", or ${out}` : say`put the file back, or ${out}`;
}

/** The files that a table lies in, as far as that can be told from its name (DATABASE_README). */
export function filesOf(table: string): string[] {
	const [, type = "", name = ""] = /^(?:proxy:)*([a-z0-9_-]+):(.*)$/.exec(table) ?? [];
	if (type === "unix") return name.startsWith("passwd") ? ["/etc/passwd"] : ["/etc/group"];
	if (!name.startsWith("/")) return [];
	const ending = { hash: ".db", btree: ".db", lmdb: ".lmdb", cdb: ".cdb" }[type];
	return [ending ? `${name}${ending}` : name];
}
