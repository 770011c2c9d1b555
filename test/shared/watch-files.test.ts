import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type FilesWatch, watchFiles } from "../../shared/watch-files.ts";
import { silent } from "./silent.ts";

let folder: string;
let main: string;
let table: string;
let told: number;
let files: FilesWatch;

function count(): void {
	told += 1;
}

beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "heimweg-files-"));
	await mkdir(join(folder, "tables"));
	main = join(folder, "main.cf");
	table = join(folder, "tables", "virtual.db");
	await writeFile(main, "one");
	told = 0;
	files = watchFiles({ onChange: count, log: silent, quiet: 50, most: 500 });
	await files.follow([main, table]);
});

afterEach(async () => {
	files.stop();
	await rm(folder, { recursive: true });
});

test("a file that is written, replaced, made or removed is told, and several writes at once are one", async () => {
	await writeFile(main, "two, longer");
	await writeFile(main, "three, longer still");
	await expect.poll(() => told).toBe(1);
	await writeFile(`${main}.new`, "four");
	await rename(`${main}.new`, main);
	await expect.poll(() => told).toBe(2);
	await writeFile(table, "made");
	await expect.poll(() => told).toBe(3);
	await rm(table);
	await expect.poll(() => told).toBe(4);
});

test("another file in the folder is not told, nor one that is followed no longer", async () => {
	await files.follow([main]);
	await writeFile(join(folder, "other"), "x");
	await writeFile(table, "x");
	await writeFile(main, "the last of these, and longer");
	await expect.poll(() => told).toBe(1);
	await files.look();
	expect(told).toBe(1);
});

test("a folder that is made anew is seen by the regular look, and watched again", async () => {
	await rm(join(folder, "tables"), { recursive: true });
	await mkdir(join(folder, "tables"));
	await writeFile(table, "new");
	await files.look();
	expect(told).toBeGreaterThan(0);
	// What the old folder's end has told comes in its own time.
	let length = 10;
	const before = told;
	await expect
		.poll(async () => {
			length += 1;
			await writeFile(table, "x".repeat(length));
			return told;
		})
		.toBeGreaterThan(before + 1);
});
