import { copyFile, mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type FileMarks, fileMarks } from "../../../relay-side/postfix/file-marks.ts";
import { type MapsWatch, watchMaps } from "../../../relay-side/postfix/watch-maps.ts";
import { silent } from "../../shared/silent.ts";

let folder: string;
let directory: string;
let marks: FileMarks;
let watching: MapsWatch;
let told: string[];
let turn: Promise<unknown>;

/** As the maps do: never two at a time at one file. */
function inTurn<T>(act: () => Promise<T>): Promise<T> {
	const job = turn.then(act);
	turn = job;
	return job;
}

const write = (map: string, change: () => Promise<void>) => inTurn(() => marks.ours(file(map), change));

const file = (map: string) => join(directory, `${map}.lmdb`);

beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "heimweg-watch-"));
	directory = join(folder, "maps");
	await mkdir(directory);
	marks = fileMarks();
	turn = Promise.resolve();
	told = [];
	for (const map of ["transport", "relay_domains"]) {
		await write(map, () => writeFile(file(map), "good"));
		await marks.changedByOthers(file(map));
	}
	watching = watchMaps({
		directory,
		files: new Map([
			["transport.lmdb", "transport"],
			["relay_domains.lmdb", "relay_domains"],
		]),
		changedByOthers: (map) => inTurn(() => marks.changedByOthers(file(map))),
		onChange: (map) => told.push(map),
		log: silent,
	});
	await watching.look();
	expect(told).toEqual([]);
});

afterEach(async () => {
	watching.stop();
	await rm(folder, { recursive: true, force: true });
});

const tells = (maps: string[]) =>
	vi.waitFor(() => expect([...told].sort()).toEqual(maps), { timeout: 5_000, interval: 10 });

test("a map that somebody damages, replaces or removes is told of by itself", async () => {
	await writeFile(file("transport"), "this is no database");
	await tells(["transport"]);
	await writeFile(join(directory, "new"), "other");
	await rename(join(directory, "new"), file("transport"));
	await tells(["transport", "transport"]);
	await rm(file("relay_domains"));
	await tells(["relay_domains", "transport", "transport"]);
});

test("what we write ourselves is not told of, in place or as a new file, and nothing is told twice", async () => {
	await write("transport", () => writeFile(file("transport"), "better"));
	await write("transport", async () => {
		await copyFile(file("transport"), `${file("transport")}.next`);
		await rename(`${file("transport")}.next`, file("transport"));
	});
	await writeFile(file("relay_domains"), "damaged");
	await tells(["relay_domains"]);
	await watching.look();
	expect(told).toEqual(["relay_domains"]);
});

test("what others did just before a write of ours is told of all the same", async () => {
	await writeFile(file("transport"), "theirs");
	await write("transport", () => writeFile(file("transport"), "theirs and ours"));
	await tells(["transport"]);
});

test("a folder that vanishes is told of, and watched again when it is back", async () => {
	await rm(directory, { recursive: true });
	await tells(["relay_domains", "transport"]);
	await mkdir(directory);
	for (const map of ["transport", "relay_domains"]) await write(map, () => writeFile(file(map), "mended"));
	await vi.waitFor(
		async () => {
			await writeFile(file("transport"), `damaged ${Math.random()}`);
			expect(told.filter((map) => map === "transport").length).toBeGreaterThan(1);
		},
		{ timeout: 10_000, interval: 300 },
	);
	expect(told.filter((map) => map === "relay_domains")).toHaveLength(1);
});

test("a folder that is moved away is told of", async () => {
	await rename(directory, join(folder, "elsewhere"));
	await tells(["relay_domains", "transport"]);
});
