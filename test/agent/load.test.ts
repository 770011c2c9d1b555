import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { agent } from "../../agent/agent.ts";
import { ConfigError } from "../../shared/errors.ts";
import { loadProgram } from "../../shared/program-load.ts";
import { configText, key } from "./config-examples.ts";

let folder: string;
beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "heimweg-load-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function problems(text: string | undefined): Promise<string[]> {
	const path = join(folder, "heimweg.toml");
	if (text !== undefined) await writeFile(path, text);
	const error = await loadProgram(agent, path).catch((reason: unknown) => reason);
	expect(error).toBeInstanceOf(ConfigError);
	return (error as ConfigError).problems;
}

test("a config file that is not there is named", async () => {
	expect(await problems(undefined)).toEqual([
		`${folder}/heimweg.toml: cannot be read: there is no such file`,
	]);
});

test("where nothing is set up yet, the error names the command to begin with", async () => {
	const path = join(folder, "heimweg.toml");
	const error = await loadProgram({ ...agent, defaultConfigPath: path }, path).catch((reason) => reason);
	expect(error.problems).toEqual([
		`${path}: cannot be read: there is no such file; this home is not set up yet: run "heimweg-relay invite HOME DOMAIN" on the relay, then "heimweg join" here`,
	]);
});

test("a config that cannot work is refused with every problem, before any secret is read", async () => {
	const found = await problems(configText({ tunnel: 'addresses = ["10.86.0.2"]\nnetworks = []\nmtu = 1' }));
	expect(found.some((problem) => problem.includes("tunnel.mtu"))).toBe(true);
	expect(found.some((problem) => problem.includes("tunnel.networks"))).toBe(true);
	expect(found.join()).not.toContain("private_key_file");
});

test("secrets that cannot be used are refused, all of them", async () => {
	await writeFile(join(folder, "key"), "none\n", { mode: 0o600 });
	const text = configText({
		more: `state_dir = "${folder}"`,
		relay: `endpoint = "relay.example.org:51820"\npublic_key = "${key}"\naddresses = ["10.86.0.1"]
			preshared_key_file = "${folder}/psk"`,
		tunnel: `addresses = ["10.86.0.2"]\nnetworks = ["10.86.0.0/24"]\nprivate_key_file = "${folder}/key"`,
	});
	expect(await problems(text)).toEqual(
		expect.arrayContaining([
			expect.stringMatching(/^tunnel\.private_key_file: /),
			expect.stringMatching(/^relays\.0\.preshared_key_file: /),
		]),
	);
});
