import { mkdtemp, open, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { mapText } from "../../../relay-side/postfix/entry.ts";
import { databaseType, MapDamaged, mapReference, postfixMaps } from "../../../relay-side/postfix/maps.ts";
import { CommandError, type RunCommand } from "../../../shared/command.ts";
import { type FakePostfix, fakePostfix } from "./fake-postfix.ts";

let folder: string;
let directory: string;
let postfix: FakePostfix;

beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "heimweg-maps-"));
	directory = join(folder, "maps");
	postfix = fakePostfix(folder);
});

afterEach(() => rm(folder, { recursive: true }));

const route = "heimweg:[10.86.0.2]:25";

describe.each(["hash", "lmdb"] as const)("a map of type %s", (type) => {
	const maps = () => postfixMaps({ directory, type, run: postfix.run });
	const file = (map: string) => join(directory, `${map}.${type === "hash" ? "db" : "lmdb"}`);

	test("is made with its folder, readable by Postfix, and holds what was written", async () => {
		await maps().rebuild("transport", new Map([["a.example", route]]));
		expect((await stat(directory)).mode & 0o777).toBe(0o755);
		expect((await stat(file("transport"))).mode & 0o777).toBe(0o644);
		expect(await maps().list("transport")).toEqual(new Map([["a.example", route]]));
		expect(await readdir(directory)).toHaveLength(1);
	});

	test("gets new entries and new values, one by one and many at once", async () => {
		await maps().rebuild("transport", new Map([["a.example", route]]));
		await maps().set(
			"transport",
			new Map([
				["a.example", "retry:4.3.0 wait"],
				["b.example", route],
			]),
		);
		const many = new Map(Array.from({ length: 300 }, (_, n) => [`h${n}.example`, route]));
		await maps().set("transport", many);
		const listed = await maps().list("transport");
		expect(listed.size).toBe(302);
		expect(listed.get("a.example")).toBe("retry:4.3.0 wait");
		await maps().remove("transport", many.keys());
		await maps().remove("transport", ["b.example", "never.example"]);
		expect([...(await maps().list("transport")).keys()]).toEqual(["a.example"]);
		expect(await readdir(directory)).toHaveLength(1);
	});

	test("answers for single keys, and removing what is not there is no error", async () => {
		await maps().rebuild("transport", new Map([["a.example", route]]));
		expect(await maps().query("transport", ["a.example", "x.example"])).toEqual(
			new Map([["a.example", route]]),
		);
		expect(await maps().query("transport", ["x.example"])).toEqual(new Map());
		await maps().remove("transport", ["x.example"]);
	});

	test("tells what others did to it, once, and never what we did", async () => {
		const store = maps();
		await store.rebuild("transport", new Map([["a.example", route]]));
		await store.rebuild("relay_domains", new Map([["a.example", "heimweg"]]));
		const told = async () => [
			await store.changedByOthers("transport"),
			await store.changedByOthers("relay_domains"),
		];
		await told();
		await store.set("transport", new Map([["b.example", route]]));
		await store.remove("transport", ["b.example"]);
		await store.mend("relay_domains", new Map([["a.example", "heimweg"]]));
		expect(await told()).toEqual([false, false]);
		await writeFile(file("relay_domains"), "damaged");
		// This replaces the damaged file with a copy, which is still what somebody else made of it.
		await store.mend("transport", new Map([["a.example", route]]));
		expect(await told()).toEqual([false, true]);
		await rm(file("transport"));
		expect(await told()).toEqual([true, false]);
		expect(await told()).toEqual([false, false]);
	});

	test("that is mended makes Postfix open the others anew too, which stay as they are", async () => {
		let mended = 0;
		const store = postfixMaps({ directory, type, run: postfix.run, onMended: () => (mended += 1) });
		await store.rebuild("relay_domains", new Map([["a.example", "heimweg"]]));
		expect(mended).toBe(0);
		// As long as it is open no other file gets its number.
		const before = await open(file("relay_domains"));
		onTestFinished(() => before.close());
		const { ino } = await before.stat();
		await Promise.all([
			store.mend("transport", new Map([["a.example", route]])),
			store.set("relay_domains", new Map([["b.example", "heimweg"]])),
		]);
		expect((await stat(file("relay_domains"))).ino).not.toBe(ino);
		expect([...(await store.list("relay_domains")).keys()]).toEqual(["a.example", "b.example"]);
		expect((await store.list("transport")).size).toBe(1);
		expect(mended).toBe(1);
		expect((await readdir(directory)).length).toBe(2);
	});

	test("that is missing or damaged says so and can be made anew", async () => {
		await maps().rebuild("relay_domains", new Map());
		const calls = [
			() => maps().list("transport"),
			() => maps().query("transport", ["a.example"]),
			() => maps().set("transport", new Map([["a.example", route]])),
			() => maps().remove("transport", ["a.example"]),
		];
		for (const call of calls) await expect(call()).rejects.toBeInstanceOf(MapDamaged);
		expect(await readdir(directory)).toHaveLength(1);
		await writeFile(file("transport"), "garbage");
		await expect(maps().list("transport")).rejects.toThrow(/Invalid argument/);
		await maps().rebuild("transport", new Map([["a.example", route]]));
		expect((await maps().list("transport")).size).toBe(1);
	});

	test("stays as it was when the disk is full or read-only, and the error says what to do", async () => {
		await maps().rebuild("transport", new Map([["a.example", route]]));
		for (const [says, remedy] of [
			["write queue: No space left on device", /free some space/],
			["open database: Read-only file system", /writable/],
			["open database: Permission denied", /chown -R heimweg/],
		] as const) {
			postfix.postmapFails = says;
			for (const change of [
				() => maps().set("transport", new Map([["b.example", route]])),
				() => maps().remove("transport", ["a.example"]),
				() => maps().rebuild("transport", new Map()),
			]) {
				const error = await change().then(
					() => undefined,
					(reason) => reason,
				);
				expect(error).not.toBeInstanceOf(MapDamaged);
				expect(error.message).toContain(says.replace(/^.*: /, ""));
				expect(error.remedy).toMatch(remedy);
			}
			postfix.postmapFails = undefined;
			expect(await maps().list("transport")).toEqual(new Map([["a.example", route]]));
			expect(await readdir(directory)).toHaveLength(1);
		}
	});
});

test("a hash map is changed as a copy, which then takes its place; an lmdb map in place", async () => {
	for (const [type, ending] of [
		["hash", "db"],
		["lmdb", "lmdb"],
	] as const) {
		const maps = postfixMaps({ directory, type, run: postfix.run });
		await maps.rebuild("transport", new Map([["a.example", route]]));
		const before = await stat(join(directory, `transport.${ending}`));
		await maps.set("transport", new Map([["b.example", route]]));
		const after = await stat(join(directory, `transport.${ending}`));
		expect(after.ino === before.ino).toBe(type === "lmdb");
	}
});

test("nothing that could be read as another entry gets into a map", async () => {
	const odd: Array<[string, string]> = [
		["a b.example", route],
		["a.example\nb.example", route],
		["#a.example", route],
		["*", route],
		[".a.example", route],
		["A.example", route],
		["", route],
		["a.example", ""],
		["a.example", "#x"],
		["a.example", " x"],
		["a.example", "x\ny.example z"],
		["a.example", "x\ty\r"],
	];
	for (const [key, value] of odd) expect(() => mapText(new Map([[key, value]])), key).toThrow();
	const maps = postfixMaps({ directory, type: "lmdb", run: postfix.run });
	await expect(maps.query("transport", ["a b"])).rejects.toThrow(/no key/);
	await expect(maps.remove("transport", ["a\nb"])).rejects.toThrow(/no key/);
	expect(postfix.calls).toEqual([]);
});

test("a postmap that a file ends by a signal means damage; one that is missing or slow does not", async () => {
	const failing =
		(error: CommandError): RunCommand =>
		async () => {
			throw error;
		};
	const list = (error: CommandError) =>
		postfixMaps({ directory, type: "lmdb", run: failing(error) })
			.list("transport")
			.catch((reason) => reason);
	expect(await list(new CommandError("postmap", '"postmap -s" failed: ended by SIGBUS'))).toBeInstanceOf(
		MapDamaged,
	);
	const slow = new CommandError("postmap", '"postmap -s" did not end within 10 s');
	expect(await list(slow)).toBe(slow);
	const missing = new CommandError("postmap", "the program postmap is needed and was not found", {
		missing: true,
	});
	expect(await list(missing)).toBe(missing);
});

test("Postfix's own database type is taken, and one that cannot be changed entry by entry is refused", async () => {
	for (const type of ["hash", "lmdb"] as const) {
		postfix.databaseType = type;
		expect(await databaseType(postfix.run)).toBe(type);
	}
	postfix.databaseType = "cdb";
	await expect(databaseType(postfix.run)).rejects.toThrow(/"cdb".*hash, btree, lmdb/);
	expect(mapReference({ directory: "/maps", type: "lmdb" }, "transport")).toBe("lmdb:/maps/transport");
});
