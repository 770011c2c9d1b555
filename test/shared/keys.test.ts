import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { ConfigError } from "../../shared/errors.ts";
import { readKey } from "../../shared/keys.ts";

let folder: string;
beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "heimweg-config-"));
	onTestFinished(() => rm(folder, { recursive: true, force: true }));
});

async function problemOf(promise: Promise<unknown>): Promise<string> {
	const error = await promise.then(
		() => undefined,
		(thrown) => thrown,
	);
	expect(error).toBeInstanceOf(ConfigError);
	return error.message;
}

test.each([
	["too short", "AAAA"],
	["no base64", "!".repeat(43).concat("=")],
	["not canonical, which wg refuses and prints", `${"s".repeat(42)}B=`],
	["all zeros, which stand for no key", Buffer.alloc(32).toString("base64")],
	["a public key's hex", "ab".repeat(32)],
])("a key file whose text is %s is refused without repeating it", async (_, text) => {
	const path = join(folder, "key");
	await writeFile(path, text, { mode: 0o600 });
	const problem = await problemOf(readKey("tunnel.private_key_file", path));
	expect(problem).toMatch(/^tunnel\.private_key_file: .*44 characters/);
	expect(problem).not.toContain(text);
	await writeFile(path, `${Buffer.alloc(32, 7).toString("base64")}\n`);
	expect(await readKey("tunnel.private_key_file", path)).toBe(Buffer.alloc(32, 7).toString("base64"));
});
