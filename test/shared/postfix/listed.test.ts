import { expect, test } from "vitest";
import { filesIn, listElements, listed, readDomainList, tablesIn } from "../../../shared/postfix/listed.ts";
import { type Answers, askTable, filesOf, tableRemedy, type Unread } from "../../../shared/postfix/tables.ts";
import { configured } from "./configured.ts";

const none = async () => {
	throw new Error("there is no such file");
};
const table = (...keys: string[]): Answers => ({
	is: "read",
	entries: new Map(keys.map((key) => [key, "x"])),
});

test("a list is read as Postfix does: commas, spaces, inline tables, files", async () => {
	const text = "example.org, hash:/etc/a inline:{ b=c, d=e } /etc/domains";
	expect(listElements(text)).toEqual(["example.org", "hash:/etc/a", "inline:{ b=c, d=e }", "/etc/domains"]);
	expect(tablesIn(text)).toEqual(["hash:/etc/a", "inline:{ b=c, d=e }"]);
	expect(filesIn(text)).toEqual(["/etc/domains"]);
	const { elements } = await readDomainList("/etc/domains", async () => "# ours\nexample.com\nexample.net\n");
	expect(elements.map(({ text: one, file }) => [one, file])).toEqual([
		["example.com", "/etc/domains"],
		["example.net", "/etc/domains"],
	]);
});

test("the first element that matches decides, and one with an exclamation mark takes out", async () => {
	const list = await readDomainList("!a.example, A.example, hash:/t, b.example", none);
	const answers = new Map<string, Answers | Unread>([["hash:/t", table("c.example")]]);
	const is = (domain: string) => listed(domain, list, answers).is;
	expect(["a.example", "b.example", "c.example", "d.example", "sub.b.example"].map(is)).toEqual([
		"out",
		"in",
		"in",
		"out",
		"out",
	]);
	expect(listed("sub.b.example", list, answers, true).is).toBe("in");
});

test("what a table or a file would say is not known when it cannot be read, unless a name comes first", async () => {
	const list = await readDomainList("a.example, hash:/t, /etc/none", none);
	const unread: Unread = { is: "unread", why: "Permission denied", missing: false };
	const answers = new Map<string, Answers | Unread>([["hash:/t", unread]]);
	expect(listed("a.example", list, answers).is).toBe("in");
	expect(listed("b.example", list, answers)).toEqual({
		...{ is: "not known", asked: "hash:/t", why: "Permission denied", missing: false },
	});
	const file = await readDomainList("/etc/none", none);
	expect(listed("b.example", file, new Map())).toMatchObject({ is: "not known", asked: "/etc/none" });
});

test("the table behind proxymap is asked itself; only a missing one is one that Postfix misses too", async () => {
	const calls: string[] = [];
	const run = configured(
		{
			values: {},
			tables: { "hash:/t": { a: "x" }, "hash:/closed": "postmap: fatal: open: Permission denied" },
		},
		calls,
	);
	expect(await askTable(run, "proxy:hash:/t", ["a", "b"])).toEqual({
		is: "read",
		entries: new Map([["a", "x"]]),
	});
	expect(calls).toEqual(["postmap -q - hash:/t"]);
	expect(await askTable(run, "hash:/closed", ["a"])).toMatchObject({ is: "unread", missing: false });
	expect(await askTable(run, "hash:/gone", ["a"])).toMatchObject({ is: "unread", missing: true });
});

test("a table's files and the first step for one that cannot be opened follow from its type", () => {
	const files = ["proxy:hash:/t", "lmdb:/t", "pcre:/t", "proxy:unix:passwd.byname", "static:x"].flatMap(
		filesOf,
	);
	expect(files).toEqual(["/t.db", "/t.lmdb", "/t", "/etc/passwd"]);
	expect(tableRemedy("proxy:hash:/t", "virtual_alias_maps", "no such file")).toBe(
		'make it with "postmap hash:/t", or take it out of virtual_alias_maps in main.cf',
	);
	expect(tableRemedy("pcre:/t", "x_maps", "unsupported dictionary type: pcre")).toContain(
		"apt install postfix-pcre",
	);
});
