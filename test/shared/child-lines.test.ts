import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { followLines } from "../../shared/child-lines.ts";
import { silent } from "./silent.ts";

let folder: string;
beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "heimweg-lines-"));
});
afterEach(() => rm(folder, { recursive: true }));

function follow(script: string) {
	const lines: string[] = [];
	let starts = 0;
	const child = followLines({
		command: "sh",
		args: ["-c", script, "sh", folder],
		onStart: () => {
			starts += 1;
		},
		onLine: (line) => lines.push(line),
		log: silent,
	});
	return { child, lines, starts: () => starts };
}

const isAlive = (pid: number) => {
	try {
		process.kill(pid, 0);
		return true;
	} catch {
		return false;
	}
};

test("each line is told as it is printed, and the program is gone when following it was stopped", async () => {
	const { child, lines } = follow('echo $$ >"$1/pid"; echo one; printf "tw"; echo o; exec sleep 60');
	await vi.waitFor(() => expect(lines).toEqual(["one", "two"]));
	const pid = Number(await readFile(join(folder, "pid"), "utf8"));
	expect(isAlive(pid)).toBe(true);
	await child.stop();
	expect(isAlive(pid)).toBe(false);
});

test("a program that ends is started again, after a wait; stopping ends that wait", async () => {
	const { child, lines, starts } = follow("echo here");
	await vi.waitFor(() => expect(lines).toHaveLength(2), 3_000);
	expect(starts()).toBe(2);
	const stopped = performance.now();
	await child.stop();
	expect(performance.now() - stopped).toBeLessThan(500);
});

test("a program that is not there is tried again like one that ends", async () => {
	const child = followLines({
		...{ command: join(folder, "missing"), args: [], onStart() {}, onLine() {} },
		log: silent,
	});
	await new Promise((resolve) => setTimeout(resolve, 50));
	await child.stop();
});
