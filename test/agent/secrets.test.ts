import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { agent } from "../../agent/agent.ts";
import { parseConfig } from "../../shared/config.ts";
import { ConfigError } from "../../shared/errors.ts";
import { readSecrets } from "../../shared/program-load.ts";
import { publicKeyOf } from "../../shared/protocol/keys.ts";
import { presharedKeyMark } from "../../shared/wireguard.ts";
import { agentConfigSchema, configText, key } from "./config-examples.ts";

let folder: string;
beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "heimweg-secrets-"));
	await put("wireguard.key", key);
	await put("psk", key);
	await put("token", "a-token-that-nobody-may-see");
});
afterEach(() => rm(folder, { recursive: true }));

const put = (name: string, text: string, mode = 0o640) =>
	writeFile(join(folder, name), `${text}\n`, { mode });

/** Another than the one that follows from our private key. */
const relayKey = Buffer.alloc(32, 9).toString("base64");

const config = (more = "", publicKey = relayKey) =>
	parseConfig(
		"heimweg.toml",
		`${configText({
			relay: `endpoint = "relay.example.org:51820"\npublic_key = "${publicKey}"\naddresses = ["10.86.0.1"]
				preshared_key_file = "${folder}/psk"`,
			tunnel: `addresses = ["10.86.0.2"]\nnetworks = ["10.86.0.0/24"]
				private_key_file = "${folder}/wireguard.key"`,
		})}\n[dns]\nnames = ["mail.example.org"]\ntoken_file = "${folder}/token"\n${more}`,
		agentConfigSchema,
	);

async function problems(): Promise<string[]> {
	const error = await readSecrets(agent, config()).catch((reason: unknown) => reason);
	expect(error).toBeInstanceOf(ConfigError);
	const text = (error as ConfigError).problems;
	expect(text.join()).not.toContain("nobody-may-see");
	expect(text.join()).not.toContain(key.slice(0, 20));
	return text;
}

test("the keys are read; of the preshared one only a mark is kept", async () => {
	const { key: own, parts } = await readSecrets(agent, config());
	expect(own).toEqual({ privateKey: key, privateKeyFile: `${folder}/wireguard.key` });
	expect([...parts].filter(([, secrets]) => secrets !== undefined)).toEqual([
		[
			"relay",
			[{ presharedKey: key, presharedKeyFile: `${folder}/psk`, presharedKeyMark: presharedKeyMark(key) }],
		],
	]);
});

test("everything that is wrong is listed at once, and no secret with it", async () => {
	await put("wireguard.key", `${key.slice(0, 30)} nobody-may-see`);
	await chmod(join(folder, "psk"), 0o644);
	await rm(join(folder, "token"));
	expect(await problems()).toEqual([
		expect.stringMatching(/^tunnel\.private_key_file: /),
		expect.stringMatching(/^relays\.0\.preshared_key_file: .*chmod/),
		expect.stringMatching(/^dns\.token_file: .*no such file/),
	]);
});

test("a key that is none, and an empty token, are refused", async () => {
	await put("wireguard.key", "nobody-may-see");
	await put("token", "");
	expect(await problems()).toEqual([
		expect.stringMatching(/^tunnel\.private_key_file: .*44 characters.*wg genkey/),
		expect.stringMatching(/^dns\.token_file: .*empty/),
	]);
});

test("our own key as the relay's is refused, be it the public or the private one", async () => {
	const swapped = async (publicKey: string) => {
		const error = await readSecrets(agent, config("", publicKey)).catch((reason: unknown) => reason);
		expect(error).toBeInstanceOf(ConfigError);
		expect((error as ConfigError).problems.join()).not.toContain(key);
		return (error as ConfigError).problems;
	};
	expect(await swapped(publicKeyOf(key))).toEqual([
		"relays.0.public_key: expected the relay's public key, as \"wg show hw0 public-key\" prints it there, got this home's own: the keys are swapped, or this one was copied on the wrong machine",
	]);
	expect(await swapped(key)).toEqual([expect.stringContaining("got this home's private key")]);
});
