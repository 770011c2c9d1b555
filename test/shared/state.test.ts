import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { stateFile } from "../../shared/state.ts";
import { keptLog } from "./silent.ts";

const schema = z.object({ address: z.string(), seen: z.array(z.number()) });
const value = { address: "198.51.100.7", seen: [1, 2, 3] };

let path: string;
beforeEach(async () => {
	const folder = await mkdtemp(join(tmpdir(), "heimweg-state-"));
	path = join(folder, "state.json");
	onTestFinished(() => rm(folder, { recursive: true, force: true }));
});

function open() {
	const { log, lines } = keptLog();
	return { state: stateFile(path, schema, log), lines };
}

test("what was written is read by the next start, and can be read by its owner only", async () => {
	await open().state.write(value);
	const { state, lines } = open();
	expect(await state.read()).toEqual(value);
	expect((await stat(path)).mode & 0o077).toBe(0);
	expect(lines).toEqual([]);
});

test("no file is no news", async () => {
	const { state, lines } = open();
	expect(await state.read()).toBeUndefined();
	expect(lines).toEqual([]);
});

test.each([
	["empty", ""],
	["cut off", '{ "address": "198.51.100.7", "se'],
	["zeros, as some file systems leave them after a power cut", "\0".repeat(4_096)],
	["of another shape", '{ "address": 7 }'],
	["null", "null"],
	["no text", Buffer.from([0xff, 0xfe, 0x80, 0x00])],
	["deeply nested", "[".repeat(200_000)],
	["huge", `"${"x".repeat(5_000_000)}"`],
])("a file that is %s costs one short warning, and the next write replaces it", async (_, text) => {
	await writeFile(path, text);
	const { state, lines } = open();
	expect(await state.read()).toBeUndefined();
	expect(lines).toHaveLength(1);
	expect(lines[0]).toMatchObject({ level: 40, msg: expect.stringContaining(path) });
	expect(lines[0]?.msg.length).toBeLessThan(path.length + 300);
	expect(lines[0]?.msg).not.toContain("\n");
	await state.write(value);
	expect(await open().state.read()).toEqual(value);
});

test("a folder in the file's place costs a warning when read, and an error for whoever writes", async () => {
	await mkdir(join(path, "x"), { recursive: true });
	const { state, lines } = open();
	expect(await state.read()).toBeUndefined();
	expect(lines).toHaveLength(1);
	await expect(state.write(value)).rejects.toThrow();
});

test("after a write that failed the next one works, also of the very same value", async () => {
	await mkdir(join(path, "x"), { recursive: true });
	const { state } = open();
	await expect(state.write(value)).rejects.toThrow();
	await rm(path, { recursive: true });
	await state.write(value);
	expect(await open().state.read()).toEqual(value);
});

test("the same value is not written twice, so that the disk is left alone", async () => {
	const { state } = open();
	await state.write(value);
	const { ino } = await stat(path);
	await state.write(structuredClone(value));
	expect((await stat(path)).ino).toBe(ino);
	const again = open().state;
	await again.read();
	await again.write(value);
	expect((await stat(path)).ino).toBe(ino);
});

test("a program that is killed while it writes leaves one of the values that it wrote, whole", async () => {
	const script = `
		const { writeFileAtomic } = await import(${JSON.stringify(new URL("../../shared/atomic-file.ts", import.meta.url).href)});
		for (let n = 1; ; n++) {
			const seen = Array.from({ length: 20_000 }, () => n);
			await writeFileAtomic(${JSON.stringify(path)}, JSON.stringify({ address: "a", seen }));
			if (n === 1) console.log("writes");
		}`;
	for (let kill = 0; kill < 8; kill++) {
		const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script], {
			stdio: ["ignore", "pipe", "inherit"],
		});
		await once(child.stdout, "data");
		await new Promise((done) => setTimeout(done, 7 * kill));
		child.kill("SIGKILL");
		await once(child, "exit");
		const { state, lines } = open();
		const seen = (await state.read())?.seen ?? [];
		expect([seen.length, new Set(seen).size, lines]).toEqual([20_000, 1, []]);
	}
});

test("of writes that come together the last one wins, each being as it was when it was asked for", async () => {
	const { state } = open();
	const changing = { address: "a", seen: [0] };
	const writes = [];
	for (let n = 1; n <= 20; n++) {
		changing.seen = [n];
		writes.push(state.write(changing));
	}
	changing.seen = [99];
	await Promise.all(writes);
	expect(JSON.parse(await readFile(path, "utf8")).seen).toEqual([20]);
});

test("a pipe in the place of the file costs a warning, keeps nobody waiting, and is replaced", async () => {
	execFileSync("mkfifo", [path]);
	const { state, lines } = open();
	expect(await state.read()).toBeUndefined();
	expect(lines).toMatchObject([{ level: 40, msg: expect.stringContaining("a device or a pipe") }]);
	await state.write(value);
	expect(await open().state.read()).toEqual(value);
});
