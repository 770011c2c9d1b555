import { readFile } from "node:fs/promises";
import type { RunCommand } from "../../shared/command.ts";
import type { Need } from "./need.ts";

/** The user who looks up recipients, as the database knows it by its socket. */
const user = "heimweg-recipients";

/** What PostfixAdmin has as addresses: its aliases, of which every mailbox has one, and the mailboxes themselves. */
const query =
	"SELECT address FROM alias WHERE active = 1 UNION SELECT username FROM mailbox WHERE active = 1";

/**
 * PostfixAdmin's database behind a Postfix table of type mysql, on this machine's MariaDB: the command that lists its
 * addresses, and what lets the unit's user do that. Undefined for any other table.
 */
export async function databaseSource(
	run: RunCommand,
	table: string,
): Promise<{ command: string[]; need: Need } | undefined> {
	const [, file] = /^mysql:(\/.+)$/.exec(table) ?? [];
	if (file === undefined) return undefined;
	const name = databaseIn(await readFile(file, "utf8").catch(() => ""));
	if (name === undefined) return undefined;
	const command = ["/usr/bin/mariadb", "--batch", "--skip-column-names", name, "-e", query];
	const lists = await run(command[0]!, command.slice(1)).then(
		() => true,
		() => false,
	);
	if (!lists) return undefined;
	const input = [
		`CREATE USER IF NOT EXISTS '${user}'@'localhost' IDENTIFIED VIA unix_socket;`,
		`GRANT SELECT (address, active) ON \`${name}\`.alias TO '${user}'@'localhost';`,
		`GRANT SELECT (username, active) ON \`${name}\`.mailbox TO '${user}'@'localhost';`,
	].join("\n");
	return { command, need: { is: "database", what: input, argv: ["/usr/bin/mariadb"], input } };
}

/** The database that a table's file names (mysql_table(5)), where it lies on this machine and is PostfixAdmin's. */
export function databaseIn(text: string): string | undefined {
	const value = (name: string) => new RegExp(`^\\s*${name}\\s*=\\s*(.*?)\\s*$`, "m").exec(text)?.[1];
	const hosts = (value("hosts") ?? "localhost").split(/[\s,]+/);
	const here = hosts.every((host) => /^(?:localhost|127\.0\.0\.1|\[?::1\]?|unix:.*)$/.test(host));
	const admin = /\b(?:alias|mailbox)\b/.test(value("query") ?? value("table") ?? "");
	const name = value("dbname");
	return here && admin && name !== undefined && /^[A-Za-z0-9_]+$/.test(name) ? name : undefined;
}
