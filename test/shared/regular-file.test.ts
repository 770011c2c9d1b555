import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rename, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readRegularFile, UnfitFile } from "../../shared/regular-file.ts";

let folder: string;
let path: string;
beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "heimweg-file-"));
	path = join(folder, "file");
});
afterEach(() => rm(folder, { recursive: true }));

const read = async (limit = 10, follow?: boolean) => {
	const { bytes } = await readRegularFile(path, { limit, ...(follow === undefined ? {} : { follow }) });
	return bytes.toString();
};
const noFile = "it is a folder, a device or a pipe, and not a file";

test("a file is read to its end, up to the limit, and its own size and mode come with it", async () => {
	await writeFile(path, "0123456789", { mode: 0o600 });
	const { bytes, info } = await readRegularFile(path, { limit: 10 });
	expect([bytes.toString(), info.size, info.mode & 0o777]).toEqual(["0123456789", 10, 0o600]);
	await writeFile(path, "");
	expect(await read()).toBe("");
});

test("a file that is too large is not read, be its size told or not", async () => {
	await writeFile(path, "");
	await truncate(path, 2 ** 40);
	await expect(read()).rejects.toThrow("it has 1099511627776 bytes, and at most 10 make sense");
	path = "/proc/self/status";
	await expect(read(), "its size is told as 0").rejects.toThrow("it has 11 bytes, and at most 10 make sense");
	expect(await read(65_536)).toContain("Name:");
});

test("nothing waits for a pipe, a socket, a folder or a device: they are no files", async () => {
	execFileSync("mkfifo", [path]);
	await expect(read()).rejects.toThrow(noFile);
	path = join(folder, "socket");
	const server = createServer().listen(path);
	await once(server, "listening");
	await expect(read()).rejects.toThrow(noFile);
	server.close();
	for (const other of [folder, "/dev/zero", "/dev/null"]) {
		path = other;
		await expect(read()).rejects.toThrow(UnfitFile);
	}
});

test("a link is followed, unless the folder is not to be trusted", async () => {
	const target = join(folder, "target");
	await writeFile(target, "secret");
	await symlink(target, path);
	expect(await read()).toBe("secret");
	await expect(read(10, false)).rejects.toThrow("it is a link, and not a file");
});

test("what is missing, or a link to nowhere, is told by its code", async () => {
	await expect(read()).rejects.toMatchObject({ code: "ENOENT" });
	await symlink("/nowhere/at/all", path);
	await expect(read()).rejects.toMatchObject({ code: "ENOENT" });
});

test("a file that is being swapped for a pipe all the time is read or refused, and never waited for", async () => {
	const other = join(folder, "other");
	await writeFile(path, "text");
	execFileSync("mkfifo", [other]);
	let swapping = true;
	const swap = (async () => {
		const spare = join(folder, "spare");
		while (swapping) {
			await rename(path, spare);
			await rename(other, path);
			await rename(spare, other);
		}
	})();
	const seen = new Set<string>();
	for (let round = 0; round < 300; round++)
		seen.add(await read().catch((error) => error.code ?? error.message));
	swapping = false;
	await swap;
	for (const one of seen) expect(["text", noFile, "ENOENT"]).toContain(one);
});
