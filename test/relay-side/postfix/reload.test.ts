import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createReload } from "../../../relay-side/postfix/reload.ts";
import { keptLog } from "../../shared/silent.ts";

let folder: string;

beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "heimweg-reload-"));
	vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
});

afterEach(async () => {
	vi.useRealTimers();
	await rm(folder, { recursive: true });
});

const asked = async () => (await readdir(folder)).length > 0;

/** Takes the request away, as the unit does; waits for it first. */
async function taken(): Promise<void> {
	while (!(await asked()));
	await rm(join(folder, "reload"));
}

test("a reload is asked for once for several maps, once more for one a moment later, then not", async () => {
	const { log, lines } = keptLog();
	let reloads = 0;
	const reload = createReload({ file: join(folder, "reload"), onReload: () => (reloads += 1), log });
	expect(await asked()).toBe(false);
	reload.ask();
	reload.ask();
	await vi.advanceTimersByTimeAsync(1_000);
	await taken();
	reload.ask();
	await vi.advanceTimersByTimeAsync(2_000);
	await taken();
	reload.ask();
	await vi.advanceTimersByTimeAsync(15_000);
	expect(await asked()).toBe(false);
	await vi.advanceTimersByTimeAsync(5_000);
	await taken();
	await vi.advanceTimersByTimeAsync(600_000);
	expect(await asked()).toBe(false);
	expect(reloads).toBe(3);
	reload.stop();
	expect(lines).toEqual([]);
});

test("what keeps it from asking is told, with what to do", async () => {
	const { log, lines } = keptLog();
	const reload = createReload({ file: join(folder, "missing", "reload"), onReload: () => {}, log });
	reload.ask();
	await vi.advanceTimersByTimeAsync(1_000);
	await vi.waitFor(() => expect(lines[0]?.msg).toMatch(/cannot ask .* ENOENT.*; run "postfix reload"/));
	reload.stop();
});
