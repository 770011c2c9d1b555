import { existsSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { syncFile, writeFileAtomic } from "../../shared/atomic-file.ts";

let folder: string;
beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "heimweg-atomic-"));
	onTestFinished(() => rm(folder, { recursive: true, force: true }));
});

test("only its owner can read a file, whatever the umask and whatever mode it had before", async () => {
	const path = join(folder, "file");
	await writeFile(path, "old", { mode: 0o666 });
	await writeFileAtomic(path, "new");
	expect((await stat(path)).mode & 0o777).toBe(0o600);
	const before = process.umask(0o077);
	try {
		await writeFileAtomic(path, "shared", { mode: 0o644 });
	} finally {
		process.umask(before);
	}
	expect((await stat(path)).mode & 0o777).toBe(0o644);
});

test("a file that must be quick is whole for every reader before it was synced, and can be synced after that", async () => {
	const path = join(folder, "file");
	await writeFileAtomic(path, "old");
	await writeFileAtomic(path, "new", { sync: false });
	expect([await readFile(path, "utf8"), await readdir(folder)]).toEqual(["new", ["file"]]);
	await syncFile(path);
	await expect(syncFile(join(folder, "missing"))).rejects.toThrow("ENOENT");
});

test("text and bytes arrive as they are", async () => {
	await writeFileAtomic(join(folder, "text"), "grüße 🏠\n");
	expect(await readFile(join(folder, "text"), "utf8")).toBe("grüße 🏠\n");
	await writeFileAtomic(join(folder, "bytes"), Uint8Array.of(0, 255, 10));
	expect([...(await readFile(join(folder, "bytes")))]).toEqual([0, 255, 10]);
	await writeFileAtomic(join(folder, "empty"), "");
	expect(await readFile(join(folder, "empty"), "utf8")).toBe("");
});

test("a reader at any moment sees one whole version, also while several writers race", async () => {
	const path = join(folder, "file");
	const whole = (letter: string) => letter.repeat(300_000);
	await writeFileAtomic(path, whole("a"));
	let writing = true;
	const torn: string[] = [];
	const reader = (async () => {
		while (writing) {
			const text = readFileSync(path, "utf8");
			if (text !== whole(text[0] ?? "")) torn.push(`${text.length} characters`);
			await new Promise((resolve) => setImmediate(resolve));
		}
	})();
	await Promise.all([..."bcdefghijk"].map((letter) => writeFileAtomic(path, whole(letter))));
	writing = false;
	await reader;
	expect(torn).toEqual([]);
	expect(await readdir(folder)).toEqual(["file"]);
});

test("a write that fails leaves the old text, and no draft beside it", async () => {
	await mkdir(join(folder, "taken", "inside"), { recursive: true });
	await expect(writeFileAtomic(join(folder, "taken"), "x")).rejects.toThrow(/EISDIR|ENOTEMPTY|EEXIST/);
	expect(await readdir(folder)).toEqual(["taken"]);
	await expect(writeFileAtomic(join(folder, "missing", "file"), "x")).rejects.toThrow("ENOENT");
	await writeFile(join(folder, "file"), "old");
	const endless = {
		[Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error("no space left")) }),
	};
	await expect(writeFileAtomic(join(folder, "file"), endless as never)).rejects.toThrow("no space left");
	expect(await readFile(join(folder, "file"), "utf8")).toBe("old");
	expect((await readdir(folder)).sort()).toEqual(["file", "taken"]);
	const failed = writeFileAtomic(join(folder, "missing", "file"), "x");
	await expect(failed, "named as its user knows it").rejects.toThrow(
		`open '${join(folder, "missing", "file")}'`,
	);
});

test("a link at the path is replaced, and what it pointed to is left alone", async () => {
	await writeFile(join(folder, "target"), "theirs");
	await symlink(join(folder, "target"), join(folder, "link"));
	await writeFileAtomic(join(folder, "link"), "ours");
	expect(readFileSync(join(folder, "target"), "utf8")).toBe("theirs");
	expect(readFileSync(join(folder, "link"), "utf8")).toBe("ours");
	expect(existsSync(join(folder, "target"))).toBe(true);
});
