import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { postfixAliases } from "../../../agent/recipients/aliases.ts";
import { collect, readDocument, writeDocument } from "../../../agent/recipients/collect.ts";
import { recipientCommand } from "../../../agent/recipients/command.ts";
import { recipientsOf, someRecipients } from "../../../agent/recipients/document.ts";
import { doveadmUsers } from "../../../agent/recipients/doveadm.ts";
import { recipientFile } from "../../../agent/recipients/file.ts";
import { passwdFile } from "../../../agent/recipients/passwd.ts";
import { postfixTable } from "../../../agent/recipients/postfix-table.ts";
import { recipientsCommand } from "../../../agent/recipients/run.ts";
import type { Source } from "../../../agent/recipients/source.ts";
import { CommandError, type RunCommand, runCommand } from "../../../shared/command.ts";
import { remedyOf } from "../../../shared/errors.ts";

let folder: string;
beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "heimweg-sources-"));
});
afterEach(() => rm(folder, { recursive: true }));

const domains = ["example.org", "example.net"];
const says =
	(text: string, calls: string[][] = []): RunCommand =>
	async (command, args) => {
		calls.push([command, ...args]);
		return text;
	};
const fails =
	(stderr: string): RunCommand =>
	async (command) => {
		throw new CommandError(command, `failed: ${stderr}`, { exitCode: 1, stderr });
	};

test("a Postfix table names its keys; what postalias adds for NIS is none", async () => {
	const calls: string[][] = [];
	const text =
		"anna@example.org\tx\n@\t@\nYP_LAST_MODIFIED\t17\nYP_MASTER_NAME\tmail\npostmaster\troot\n@example.net\ty\n";
	const table = postfixTable("hash:/etc/aliases", says(text, calls));
	expect(await table.read()).toEqual(["anna@example.org", "postmaster", "@example.net"]);
	expect(calls).toEqual([["postmap", "-s", "hash:/etc/aliases"]]);
});

test.each([
	[
		"postmap: fatal: table regexp:/x: sequence operation is not supported",
		"cannot be listed",
		"recipients.commands",
	],
	["postmap: fatal: unsupported dictionary type: mysql", "cannot be listed", "recipients.commands"],
	[
		"postmap: fatal: open database /x.lmdb: Permission denied",
		"permission denied",
		"group heimweg-recipients",
	],
])("a table that says %j comes with a remedy", async (stderr, message, remedy) => {
	const error = await postfixTable("regexp:/x", fails(stderr))
		.read()
		.catch((reason) => reason);
	expect(error.message).toContain(message);
	expect(remedyOf(error)).toContain(remedy);
});

test("the passwd file names people, not the system's users", async () => {
	const path = join(folder, "passwd");
	await writeFile(path, line("root", 0) + line("anna", 1000) + line("nobody", 65534) + line("bert", 59999));
	expect(await passwdFile(path).read()).toEqual(["anna", "bert"]);
});

const line = (name: string, id: number) => `${name}:x:${id}:${id}:,,,:/home/${name}:/bin/bash\n`;
const at = (passwd: string, opened = false) => ({ passwd, opened: async () => opened });

test("doveadm names Dovecot's users, and none of the system's, such as nobody", async () => {
	const calls: string[][] = [];
	const passwd = join(folder, "passwd");
	await writeFile(passwd, line("messagebus", 997) + line("bert", 1000) + line("nobody", 65534));
	const run = says("nobody\nmessagebus\nanna@example.org\nbert\n", calls);
	expect(await doveadmUsers(run, at(passwd)).read()).toEqual(["anna@example.org", "bert"]);
	expect(calls).toEqual([["doveadm", "user", "*"]]);
});

test("doveadm asks on a socket of our own where Dovecot has opened it", async () => {
	const calls: string[][] = [];
	await doveadmUsers(says("bert\n", calls), at("/dev/null", true)).read();
	expect(calls).toEqual([["doveadm", "user", "-a", "/run/dovecot/heimweg-userdb", "*"]]);
});

test.each([
	"userdb list: auth-userdb: Permission denied",
	"Error: auth-master: userdb list: User listing returned failure\nFatal: user listing failed",
])("a Dovecot that does not list its users (%j) comes with the settings that let it", async (stderr) => {
	const error = await doveadmUsers(fails(stderr), at("/dev/null"))
		.read()
		.catch((reason) => reason);
	expect(error.message).toBe("doveadm may not list Dovecot's users");
	expect(remedyOf(error)).toContain('"heimweg recipients --dovecot > /etc/dovecot/conf.d/99-heimweg.conf"');
});

test("the users of this machine have Postfix's aliases beside them", async () => {
	const run: RunCommand = async (command, args) => {
		if (command === "postmap") return args[1] === "hash:/etc/aliases" ? "postmaster\troot\ninfo\tanna\n" : "";
		return "proxy:hash:/etc/aliases, nis:mail.aliases";
	};
	expect(await postfixAliases(run).read()).toEqual(["postmaster", "info"]);
	const none: RunCommand = async (command) => {
		throw new CommandError(command, "none", { missing: true });
	};
	expect(await postfixAliases(none).read()).toEqual([]);
});

test("aliases in a table that cannot be listed are not known, and nobody is refused for that", async () => {
	const stderr = "postmap: fatal: ldap_sequence: sequence operation is not supported";
	const run: RunCommand = async (command, args) => {
		if (command === "postconf") return "hash:/etc/aliases, ldap:/etc/postfix/ldap.cf";
		if (args[1]!.startsWith("hash:")) return "info\tanna\n";
		throw new CommandError(command, `failed: ${stderr}`, { exitCode: 1, stderr });
	};
	const { sources } = await collect([postfixAliases(run)], { domains, before: undefined, now: new Date() });
	expect(sources[0]).toMatchObject({ source: "alias_maps", usable: false });
	expect(sources[0]?.failing?.error).toContain("ldap:/etc/postfix/ldap.cf cannot be listed");
});

test("postmaster@ and abuse@ are valid in every domain of the home, whoever the sources name", async () => {
	const users: Source = { name: "users", read: async () => ["anna", "info@other.example"] };
	const document = await collect([users], { domains, before: undefined, now: new Date() });
	expect(document.sources.at(-1)?.recipients).toEqual([
		"abuse@example.net",
		"abuse@example.org",
		"abuse@other.example",
		"postmaster@example.net",
		"postmaster@example.org",
		"postmaster@other.example",
	]);
	// Whether Postfix knows the named ones is not judged by those that nobody named.
	expect([...someRecipients(document).values()].flat()).toEqual([
		"anna@example.net",
		"anna@example.org",
		"info@other.example",
	]);
});

test("a list that is printed has what is wrong with a source beside it, and exit status 1", async () => {
	const list = join(folder, "list");
	await writeFile(list, "anna\nö@example.org\n");
	const recipients = { tables: [], passwd: false, doveadm: false, commands: [], delimiter: "+", domains };
	const config = { recipients: { ...recipients, files: [list, join(folder, "none")], list: "" } };
	const [out, err] = [[] as string[], [] as string[]];
	const status = await recipientsCommand(
		config as unknown as Parameters<typeof recipientsCommand>[0],
		{ list: true, write: false },
		{
			run: says(""),
			out: { write: (text) => out.push(text) },
			err: { write: (text) => err.push(text) },
			now: new Date(),
		},
	);
	expect(status).toBe(1);
	expect(out.join("")).toContain("anna@example.net\nanna@example.org\n");
	expect(err.join("")).toMatch(/none: ENOENT.*\n/);
	expect(err.join("")).toContain("names that no recipient can have (1): ö@example.org");
});

test("files and commands name one a line; comments are none, and no shell reads a command", async () => {
	const path = join(folder, "list");
	await writeFile(path, "# ours\nanna@example.org  # the boss\n\n  bert \n@example.net\n");
	expect(await recipientFile(path).read()).toEqual(["anna@example.org", "bert", "@example.net"]);
	const command = recipientCommand(["/bin/echo", "a@example.org; $(id)"], runCommand);
	expect(await command.read()).toEqual(["a@example.org; $(id)"]);
	await expect(recipientCommand(["/bin/false"], runCommand).read()).rejects.toThrow("exit status 1");
});

test("a name without a domain stands for one in each domain; what no table can hold is counted and shown", () => {
	const { recipients, unfit } = recipientsOf(
		["Anna", "bert@other.example", "example.org", "jörg@example.org", '"a b"@example.org', "a b"],
		domains,
	);
	expect(recipients).toEqual(["anna@example.net", "anna@example.org", "bert@other.example"]);
	expect(unfit).toEqual({ count: 3, some: ["jörg@example.org", '"a b"@example.org', "a b"] });
});

test("a source that fails keeps what it last named for an hour, and then the list is not the whole truth", async () => {
	let names: string[] | Error = ["anna"];
	const source: Source = {
		name: "users",
		read: async () => {
			if (names instanceof Error) throw names;
			return names;
		},
	};
	const at = (minutes: number) => new Date(Date.parse("2026-03-01T12:00:00Z") + minutes * 60_000);
	const good = await collect([source], { domains, before: undefined, now: at(0) });
	names = new Error("the database does not answer");
	const first = await collect([source], { domains, before: good, now: at(2) });
	expect(first.sources[0]).toMatchObject({
		usable: true,
		recipients: ["anna@example.net", "anna@example.org"],
		failing: { since: at(2).toISOString(), error: "the database does not answer" },
	});
	const later = await collect([source], { domains, before: first, now: at(61) });
	expect(later).toEqual(first);
	const late = await collect([source], { domains, before: later, now: at(62) });
	expect(late.sources[0]?.usable).toBe(false);
	const never = await collect([source], { domains, before: undefined, now: at(2) });
	expect(never.sources[0]).toMatchObject({ usable: false, recipients: [] });
	names = ["bert"];
	const again = await collect([source], { domains, before: late, now: at(70) });
	expect(again.sources[0]).toEqual({
		source: "users",
		usable: true,
		recipients: ["bert@example.net", "bert@example.org"],
	});
});

test("the file is replaced when something changed, and otherwise only marked as looked at", async () => {
	const path = join(folder, "recipients.json");
	const document = await collect([{ name: "users", read: async () => ["anna"] }], {
		domains,
		before: undefined,
		now: new Date(),
	});
	expect(await writeDocument(path, document, new Date())).toBe(true);
	expect((await stat(path)).mode & 0o777).toBe(0o640);
	const { ino } = await stat(path);
	const looked = new Date("2026-03-01T12:00:00Z");
	expect(await writeDocument(path, document, looked)).toBe(false);
	const { ino: same, mtime } = await stat(path);
	expect([same, mtime]).toEqual([ino, looked]);
	expect(await readDocument(path)).toEqual({ document });
	await writeFile(path, (await readFile(path, "utf8")).slice(0, 30));
	expect(await readDocument(path)).toEqual({ problem: "it holds no list of recipients" });
	expect(await readDocument(join(folder, "nothing"))).toEqual({});
});
