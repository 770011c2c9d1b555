import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { configSource, configWatch } from "../../shared/config-watch.ts";
import { silentHealth } from "./silent.ts";

async function watched(text: string) {
	const folder = await mkdtemp(join(tmpdir(), "heimweg-config-watch-"));
	onTestFinished(() => rm(folder, { recursive: true }));
	const path = join(folder, "heimweg.toml");
	await writeFile(path, text);
	const health = silentHealth();
	const look = configWatch({ source: configSource(path, text), program: "heimweg", health });
	const told = async () => {
		await look();
		return health.list().map(({ code, text, remedy }) => ({ code, text, remedy }));
	};
	return { path, told };
}

test("a file that was edited and not read since is told, with what to do, until it says the same again", async () => {
	const { path, told } = await watched("a = 1\n");
	expect(await told()).toEqual([]);
	await writeFile(path, "a = 2\n");
	expect(await told()).toEqual([
		{
			code: "config.not_read",
			text: `${path} was changed, and what it said before is still in force`,
			remedy: 'run "heimweg check-config", then "systemctl reload heimweg"',
		},
	]);
	await writeFile(path, "a = 1\n");
	expect(await told()).toEqual([]);
});

test("a file that is gone is told before the next start fails for it", async () => {
	const { path, told } = await watched("a = 1\n");
	await rm(path);
	expect(await told()).toMatchObject([
		{ code: "config.not_read", text: expect.stringContaining("cannot be read any more") },
	]);
});
