import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { loadRelay } from "../../relay-side/load.ts";
import { ConfigError } from "../../shared/errors.ts";

let folder: string;
beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "heimweg-load-"));
	onTestFinished(() => rm(folder, { recursive: true, force: true }));
});

async function problemsWith(keyFile: string): Promise<string[]> {
	const config = join(folder, "relay.toml");
	await writeFile(
		config,
		`[tunnel]\ninterface = "hwnone"\nprivate_key_file = "${keyFile}"\naddresses = ["10.213.77.1"]\nnetworks = ["10.213.77.0/24"]\n`,
	);
	const error = await loadRelay(config).then(
		() => undefined,
		(thrown) => thrown,
	);
	if (error) expect(error).toBeInstanceOf(ConfigError);
	return error?.problems ?? [];
}

// What this machine lacks (programs, privileges) is told too, so only the key's own problem is looked at.
test("a key that cannot be used is told with its config key, beside everything else that is wrong, and is not repeated", async () => {
	const about = (problems: string[]) =>
		problems.filter((problem) => problem.startsWith("tunnel.private_key_file: "));
	const missing = join(folder, "none");
	expect(about(await problemsWith(missing))).toEqual([
		expect.stringContaining(`${missing} (there is no such file)`),
	]);
	const file = join(folder, "key");
	await writeFile(file, "s3cret but no key", { mode: 0o600 });
	const problems = await problemsWith(file);
	expect(about(problems)).toHaveLength(1);
	expect(problems.join()).not.toContain("s3cret");
	await writeFile(file, Buffer.alloc(32, 7).toString("base64"));
	expect(about(await problemsWith(file))).toEqual([]);
});

test("a config that is not there is told before this machine is looked at", async () => {
	const error = await loadRelay(join(folder, "none.toml")).catch((thrown) => thrown);
	expect(error).toBeInstanceOf(ConfigError);
	expect(error.problems).toEqual([expect.stringContaining("there is no such file")]);
});
