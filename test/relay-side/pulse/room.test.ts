import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { roomProblems } from "../../../relay-side/pulse/room.ts";

async function folderOf(homes: number): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), "heimweg-room-"));
	onTestFinished(() => rm(folder, { recursive: true, force: true }));
	for (let n = 0; n < homes; n++) await writeFile(join(folder, `home-${n}.toml`), "");
	await writeFile(join(folder, ".hidden.toml"), "");
	await writeFile(join(folder, "notes.txt"), "");
	return folder;
}

test("a system that lets too few pulses wait for so many homes is told, with the setting and its value", async () => {
	const folder = await folderOf(300);
	const [said, ...more] = await roomProblems(folder, async () => 425_984);
	expect(said).toContain("too few for the pulses of 300 homes in 2 s (614400 bytes)");
	expect(said).toContain('put "net.core.rmem_max = 327680" into /etc/sysctl.d/60-heimweg.conf');
	expect(more).toEqual([]);
	expect(await roomProblems(folder, async () => 2 * 327_680)).toEqual([]);
});

test("a system's usual room is enough for 200 homes, and one that cannot be asked is no problem", async () => {
	const folder = await folderOf(200);
	expect(await roomProblems(folder, async () => 425_984)).toEqual([]);
	expect(await roomProblems(folder, async () => undefined)).toEqual([]);
	expect(await roomProblems(folder)).toEqual([]);
	expect(await roomProblems(join(folder, "missing"), async () => 0)).toEqual([]);
});
