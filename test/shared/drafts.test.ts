import { mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { removeDrafts } from "../../shared/atomic-file.ts";

test("what power cuts left half written is taken away, and nothing that is being written or is another's", async () => {
	const folder = await mkdtemp(join(tmpdir(), "heimweg-drafts-"));
	onTestFinished(() => rm(folder, { recursive: true }));
	const old = new Date(Date.now() - 2 * 3_600_000);
	const stays = ["homes.json", ".homes.json.swp", ".homes.json.12.tmp", "homes.json.0123456789ab.tmp"];
	for (const name of [...stays, ".homes.json.0123456789ab.tmp", ".anna.list.fedcba987654.tmp"]) {
		await writeFile(join(folder, name), "x");
		await utimes(join(folder, name), old, old);
	}
	await writeFile(join(folder, ".homes.json.aaaaaaaaaaaa.tmp"), "is being written");
	await removeDrafts(folder);
	expect((await readdir(folder)).sort()).toEqual([...stays, ".homes.json.aaaaaaaaaaaa.tmp"].sort());
	await removeDrafts(join(folder, "missing"));
});
