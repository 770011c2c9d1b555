import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { databaseIn } from "../../../agent/recipients/database.ts";
import { findRecipients } from "../../../agent/recipients/find.ts";
import { CommandError, type RunCommand } from "../../../shared/command.ts";

let folder: string;
let settings: Record<string, string>;
let tables: Record<string, string>;
let dovecot: string | undefined;
let mariadb: string | undefined;
beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "heimweg-find-"));
	onTestFinished(() => rm(folder, { recursive: true }));
	settings = {};
	tables = {};
	dovecot = undefined;
	mariadb = undefined;
});

/** Postfix, Dovecot and MariaDB of a home. */
const run: RunCommand = async (command, args) => {
	const fails = (stderr: string) => new CommandError(command, stderr, { exitCode: 1, stderr });
	if (command === "postconf") {
		if (args.includes("-hx")) return settings[args[1]!] ?? "";
		if (args[0]?.startsWith("-") && args[0] !== "-x") return "";
		return args
			.filter((one) => !one.startsWith("-"))
			.map((name) => `${name} = ${settings[name] ?? ""}`)
			.join("\n");
	}
	if (command === "postmap") {
		const table = tables[args.at(-1)!];
		if (table === undefined) throw fails("postmap: fatal: no such table");
		if (args[0] === "-s") return table;
		return table;
	}
	if (command === "doveadm" && dovecot !== undefined) return dovecot;
	if (command.endsWith("mariadb") && mariadb !== undefined) return mariadb;
	throw fails("not here");
};

test("a domain of this machine's users has them and Postfix's aliases as its recipients", async () => {
	settings = { mydestination: "localhost, example.org", alias_maps: "hash:/etc/aliases" };
	tables = { "hash:/etc/aliases": "root\tanna\ninfo\tanna\n" };
	const { sources, unknown } = await findRecipients(run, ["example.org"]);
	expect(sources).toHaveLength(1);
	expect(sources[0]).toMatchObject({ keys: { passwd: true }, needs: [] });
	expect(sources[0]!.recipients).toEqual(expect.arrayContaining(["info@example.org", "root@example.org"]));
	expect(unknown).toEqual([]);
});

test("virtual tables are proposed when they name somebody in the home's domains; others are not", async () => {
	settings = {
		virtual_mailbox_domains: "example.org",
		virtual_mailbox_maps: "proxy:lmdb:/etc/postfix/boxes",
		virtual_alias_maps: "hash:/etc/postfix/virtual, hash:/etc/postfix/elsewhere",
	};
	tables = {
		"lmdb:/etc/postfix/boxes": "anna@example.org\tanna/\n",
		"hash:/etc/postfix/virtual": "info@example.org\tanna@example.org\n",
		"hash:/etc/postfix/elsewhere": "x@other.example\tanna@example.org\n",
	};
	// Nobody whom the tables do not have.
	dovecot = "anna@example.org\n";
	const { sources } = await findRecipients(run, ["example.org"]);
	expect(sources.map(({ keys, recipients }) => [keys, recipients])).toEqual([
		[{ tables: ["hash:/etc/postfix/virtual"] }, ["info@example.org"]],
		[{ tables: ["lmdb:/etc/postfix/boxes"] }, ["anna@example.org"]],
	]);
});

test("Dovecot's users are proposed where nothing else has them, with what lets Dovecot list them", async () => {
	settings = { virtual_mailbox_domains: "example.org", virtual_mailbox_maps: "" };
	dovecot = "anna@example.org\nbert@other.example\nnobody\n";
	const { sources } = await findRecipients(run, ["example.org"]);
	expect(sources).toMatchObject([
		{
			keys: { doveadm: true },
			recipients: ["anna@example.org"],
			needs: [{ is: "dovecot", argv: ["systemctl", "reload", "dovecot"] }],
		},
	]);
	expect(sources[0]!.needs[0]!.write?.text).toContain("unix_listener heimweg-userdb");
});

test("PostfixAdmin's database is listed by a user who may read the addresses and nothing else", async () => {
	const file = join(folder, "mailbox.cf");
	await writeFile(
		file,
		"user = postfix\npassword = s3cret\nhosts = localhost\ndbname = postfixadmin\nquery = SELECT maildir FROM mailbox WHERE username='%s'\n",
	);
	settings = { virtual_mailbox_domains: "example.org", virtual_mailbox_maps: `proxy:mysql:${file}` };
	mariadb = "anna@example.org\nlist@example.org\n";
	const { sources } = await findRecipients(run, ["example.org"]);
	expect(sources).toHaveLength(1);
	const [{ keys, recipients, needs }] = sources as [(typeof sources)[number]];
	expect(keys.commands?.[0]?.slice(0, 5)).toEqual([
		...["/usr/bin/mariadb", "--batch", "--skip-column-names", "postfixadmin", "-e"],
	]);
	expect(recipients).toEqual(["anna@example.org", "list@example.org"]);
	expect(needs[0]?.input).toContain("GRANT SELECT (address, active) ON `postfixadmin`.alias");
	expect(JSON.stringify(sources)).not.toContain("s3cret");
});

test("a database elsewhere, of another program, or of an odd name is none of these", () => {
	const text = (more: string) =>
		`hosts = localhost\nquery = SELECT goto FROM alias WHERE address='%s'\n${more}`;
	expect(databaseIn(text("dbname = mail"))).toBe("mail");
	expect(databaseIn(text("dbname = mail; drop"))).toBeUndefined();
	expect(databaseIn("hosts = db.example\nquery = SELECT 1 FROM alias\ndbname = mail")).toBeUndefined();
	expect(databaseIn("query = SELECT 1 FROM people\ndbname = mail")).toBeUndefined();
});

test("a domain that Postfix takes no mail for is named", async () => {
	settings = { mydestination: "localhost" };
	expect(await findRecipients(run, ["example.org"])).toEqual({ sources: [], unknown: ["example.org"] });
});
