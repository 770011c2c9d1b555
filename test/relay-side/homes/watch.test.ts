import { execFileSync } from "node:child_process";
import { appendFile, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { homeParser } from "../../../relay-side/homes/home.ts";
import type { Files } from "../../../relay-side/homes/registry.ts";
import { type HomesWatch, watchHomes } from "../../../relay-side/homes/watch.ts";
import { fileOf, homeOf, rules } from "./examples.ts";

let folder: string;
let directory: string;
let watching: HomesWatch | undefined;
let seen: Files[];
let parsed: string[];

beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "heimweg-homes-"));
	directory = join(folder, "homes.d");
	await mkdir(directory);
	seen = [];
	parsed = [];
});

afterEach(async () => {
	await watching?.stop();
	watching = undefined;
	await rm(folder, { recursive: true });
});

async function start(): Promise<void> {
	const parse = homeParser(rules);
	watching = await watchHomes({
		directory,
		parse: (name, text) => {
			parsed.push(name);
			return parse(name, text);
		},
		onFiles: (files) => seen.push(files),
		log: pino({ level: "silent" }),
	});
}

/** `anna: anna.example`, `bert: wrong`, ... as last told. */
function told(): string[] {
	const files = seen.at(-1);
	if (!files?.readable) return [`unreadable: ${files?.reason}`];
	return [...files.homes]
		.map(([id, file]) => `${id}: ${"home" in file ? file.home.domains.join() : "wrong"}`)
		.sort();
}

function put(id: string, number: number, domains = [`${id}.example`]): Promise<void> {
	return writeFile(join(directory, `${id}.toml`), fileOf(homeOf(id, number, { domains })));
}

async function until(expected: string[]): Promise<void> {
	await vi.waitFor(() => expect(told()).toEqual(expected), { timeout: 5_000, interval: 10 });
}

test("the files that are there are told at the start, an empty directory too", async () => {
	await start();
	expect(told()).toEqual([]);
	await watching?.stop();
	await put("anna", 2);
	await start();
	expect(told()).toEqual(["anna: anna.example"]);
});

test("a file that is added, changed, replaced or removed is told, and no other file is read for it", async () => {
	for (let n = 0; n < 50; n++) await put(`h${n}`, 10 + n);
	await start();
	const others = told();
	parsed = [];
	await put("anna", 2);
	await until(["anna: anna.example", ...others]);
	await put("anna", 2, ["changed.example"]);
	await until(["anna: changed.example", ...others]);
	await writeFile(join(directory, ".anna.new"), fileOf(homeOf("anna", 2, { domains: ["replaced.example"] })));
	await rename(join(directory, ".anna.new"), join(directory, "anna.toml"));
	await until(["anna: replaced.example", ...others]);
	await rm(join(directory, "anna.toml"));
	await until(others);
	expect(new Set(parsed)).toEqual(new Set(["anna.toml"]));
});

test("editors' temporary files are no homes", async () => {
	await start();
	for (const name of [
		".anna.toml.swp",
		"anna.toml~",
		"#anna.toml#",
		".#anna.toml",
		"4913",
		"anna.toml.dpkg-new",
	]) {
		await writeFile(join(directory, name), "nonsense");
	}
	await put("bert", 3);
	await until(["bert: bert.example"]);
	expect(parsed).toEqual(["bert.toml"]);
});

test("a file in a row of small writes is read to its end", async () => {
	await start();
	const text = fileOf(homeOf("anna", 2));
	for (const line of text.split(/(?<=\n)/)) await appendFile(join(directory, "anna.toml"), line);
	await until(["anna: anna.example"]);
});

test("what is too large, no text, no regular file or a dangling link harms nobody else", async () => {
	await put("bert", 3);
	await writeFile(join(directory, "huge.toml"), `# ${"x".repeat(70_000)}`);
	await writeFile(join(directory, "binary.toml"), Buffer.from([0xff, 0xfe, 0x00]));
	await mkdir(join(directory, "folder.toml"));
	await symlink("/nowhere/at/all", join(directory, "link.toml"));
	execFileSync("mkfifo", [join(directory, "pipe.toml")]);
	await start();
	expect(told()).toEqual([
		"bert: bert.example",
		"binary: wrong",
		"folder: wrong",
		"huge: wrong",
		"pipe: wrong",
	]);
	const files = seen[0]!;
	const huge = files.readable ? files.homes.get("huge") : undefined;
	expect(huge && "problems" in huge && huge.problems[0]).toContain("it has 70002 bytes, and at most 65536");
});

test("a file whose name is no id is reported under its whole name", async () => {
	await writeFile(join(directory, "Anna.toml"), await fileOf(homeOf("anna", 2)));
	await start();
	expect(told()).toEqual(["Anna.toml: wrong"]);
});

test("a directory that is moved away is unreadable, not empty, and is watched again when it is back", async () => {
	await put("anna", 2);
	await start();
	await rename(directory, `${directory}.away`);
	await until(["unreadable: there is no such directory"]);
	await rename(`${directory}.away`, directory);
	await until(["anna: anna.example"]);
	await put("bert", 3);
	await until(["anna: anna.example", "bert: bert.example"]);
});

test("a directory that is replaced by another is watched in its place after a rescan", async () => {
	await put("anna", 2);
	await start();
	await rename(directory, `${directory}.old`);
	await mkdir(directory);
	await put("carl", 4);
	await watching?.rescan();
	await until(["carl: carl.example"]);
	await put("bert", 3);
	await until(["bert: bert.example", "carl: carl.example"]);
});

test("a rescan reads only what changed, and says nothing when nothing did", async () => {
	await put("anna", 2);
	await put("bert", 3);
	await start();
	parsed = [];
	await watching?.rescan();
	expect(parsed).toEqual([]);
	expect(seen).toHaveLength(1);
	expect(await readFile(join(directory, "anna.toml"), "utf8")).toContain("anna.example");
});

test("which files changed is told, and the first time and after a look at all of them nothing of it", async () => {
	const changed = () => {
		const files = seen.at(-1);
		return files?.readable && files.changed && [...files.changed];
	};
	await put("anna", 2);
	await start();
	expect(changed()).toBeUndefined();
	await put("bert", 3);
	await until(["anna: anna.example", "bert: bert.example"]);
	expect(changed()).toEqual(["bert"]);
	await rm(join(directory, "anna.toml"));
	await until(["bert: bert.example"]);
	expect(changed()).toEqual(["anna"]);
});
