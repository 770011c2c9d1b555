import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { z } from "zod";
import { Health } from "../../shared/health.ts";
import { savedState, stateUnsaved } from "../../shared/saved-state.ts";
import { keptLog } from "./silent.ts";

const schema = z.object({ seen: z.number() });

let path: string;
beforeEach(async () => {
	const folder = await mkdtemp(join(tmpdir(), "heimweg-saved-"));
	path = join(folder, "missing", "state.json");
	onTestFinished(() => rm(folder, { recursive: true, force: true }));
	vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});
afterEach(() => {
	vi.useRealTimers();
});

function open() {
	const { log, lines } = keptLog();
	const health = new Health(log);
	return { health, lines, state: savedState(path, schema, { health, log }) };
}

const kept = async () => JSON.parse(await readFile(path, "utf8"));

test("what cannot be saved is a condition until it is, with one line in the log, and needs nobody", async () => {
	const { health, lines, state } = open();
	for (let seen = 1; seen <= 3; seen++) await state.write({ seen });
	await vi.advanceTimersByTimeAsync(10_000);
	expect(health.list()).toMatchObject([{ code: "state.unsaved", subject: path }]);
	await expect.poll(() => vi.getTimerCount()).toBe(1);
	await mkdir(join(path, ".."));
	await vi.advanceTimersByTimeAsync(10_000);
	await expect.poll(() => health.list()).toEqual([]);
	expect(await kept()).toEqual({ seen: 3 });
	expect(lines.map(({ level }) => level)).toEqual([40, 30]);
	expect(vi.getTimerCount()).toBe(0);
});

test("a newer value is saved in the place of one that could not be", async () => {
	const { health, state } = open();
	await state.write({ seen: 1 });
	expect(health.has(stateUnsaved, path)).toBe(true);
	await mkdir(join(path, ".."));
	await state.write({ seen: 2 });
	expect(health.has(stateUnsaved, path)).toBe(false);
	await vi.advanceTimersByTimeAsync(60_000);
	expect(await kept()).toEqual({ seen: 2 });
});

test("after a stop nothing is tried any more", async () => {
	const { state } = open();
	await state.write({ seen: 1 });
	state.stop();
	await mkdir(join(path, ".."));
	await vi.advanceTimersByTimeAsync(60_000);
	await expect(kept()).rejects.toThrow("ENOENT");
});
