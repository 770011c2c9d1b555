import { execFileSync } from "node:child_process";
import { chmod, mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { relay as relayProgram } from "../../relay-side/relay.ts";
import { loadConfig, parseConfig, readSecret, secretPath } from "../../shared/config.ts";
import { ConfigError } from "../../shared/errors.ts";
import { readKey } from "../../shared/keys.ts";
import { configSchema } from "../../shared/program-kind.ts";
import { agentConfigSchema } from "../agent/config-examples.ts";

const key = "9vKOHPXsU2pWrF6LbZ7q8N3Xw2qk2yQkY0m8mJ1hV0E=";
const agent = `[[relays]]
endpoint = "relay.example.net:51820"
public_key = "${key}"
addresses = ["10.86.0.1"]
[tunnel]
addresses = ["10.86.0.2"]
networks = ["10.86.0.0/24"]
`;
const relay = `[tunnel]
addresses = ["10.86.0.1"]
networks = ["10.86.0.0/24"]
`;

async function problemsOf(work: () => unknown): Promise<string[]> {
	try {
		await work();
	} catch (error) {
		if (error instanceof ConfigError) return error.problems;
		throw error;
	}
	return [];
}

const agentProblems = (text: string) => problemsOf(() => parseConfig("h.toml", text, agentConfigSchema));
const relayProblems = (text: string) =>
	problemsOf(() => parseConfig("r.toml", text, configSchema(relayProgram)));

let folder: string;
beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "heimweg-config-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("a config", () => {
	it("has no problem when it is right", async () => {
		expect(await agentProblems(agent)).toEqual([]);
		expect(await relayProblems(relay)).toEqual([]);
	});

	it("that is empty is told which keys are missing, and what they hold", async () => {
		expect(await agentProblems("")).toEqual([
			"h.toml: relays: this key is missing; expected a list",
			"h.toml: tunnel: this key is missing; expected a table",
		]);
	});

	it("with single brackets around a table of which there may be several is told of the double ones", async () => {
		expect(await agentProblems(agent.replace("[[relays]]", "[relays]"))).toEqual([
			"h.toml: relays: expected a list of tables: write [[relays]] with two brackets, not [relays]",
		]);
	});

	it("has all its problems listed at once", async () => {
		const text = `colour = "red"
[[relays]]
endpoint = "relay.example.net"
public_key = "abc"
addresses = ["10.86.0.300"]
[tunnel]
addresses = []
networks = ["10.86.0.5/24"]
mtu = 100
[pulse]
interval = "1ms"
[dns]
names = ["Mail.Example.ORG"]
publish = ["MX"]
api = "http://desec.io/"
[log]
level = "loud"
[http]
listen = "localhost:80"
`;
		expect((await agentProblems(text)).sort()).toEqual(
			[
				"h.toml: colour: this key is not known; remove it or correct its spelling",
				'h.toml: relays.0.endpoint: expected NAME:PORT, ADDRESS:PORT or [IPV6]:PORT, got "relay.example.net"',
				'h.toml: relays.0.public_key: expected a WireGuard public key of 44 characters, as "wg pubkey" prints it, got "abc"',
				'h.toml: relays.0.addresses.0: "10.86.0.300" is not an IP address',
				"h.toml: tunnel.addresses: expected a list with at least 1 entry, got []",
				'h.toml: tunnel.networks.0: "10.86.0.5/24" has bits set behind its length; the network is 10.86.0.0/24',
				"h.toml: tunnel.mtu: expected at least 1280, got 100",
				'h.toml: pulse.interval: expected a span of time from "500ms" to "60s", got "1ms"',
				'h.toml: dns.names.0: expected a host name in small letters, umlauts in their xn-- form, got "Mail.Example.ORG"',
				'h.toml: dns.publish: expected a list of "A" and "AAAA", or "reachable", got ["MX"]',
				'h.toml: dns.api: the token must not cross the network in clear: expected https, got "http://desec.io/"',
				'h.toml: log.level: expected "error" or "warn" or "info" or "debug", got "loud"',
				'h.toml: http.listen: expected ADDRESS:PORT, like "127.0.0.1:8650", got "localhost:80"',
			].sort(),
		);
	});

	it("with a value of the wrong kind is told the right one", async () => {
		expect(await relayProblems(`${relay}mtu = "big"\nlisten_port = 1.5`)).toEqual([
			"r.toml: tunnel.listen_port: expected a whole number, got 1.5",
			'r.toml: tunnel.mtu: expected a number, got "big"',
		]);
	});

	it("may not name a port that there is not", async () => {
		expect(await relayProblems(`${relay}[http]\nlisten = "127.0.0.1:99999"`)).toEqual([
			'r.toml: http.listen: expected a port from 1 to 65535, got "127.0.0.1:99999"',
		]);
	});

	it("that holds a secret where its file should be named does not give it away", async () => {
		const [problem] = await relayProblems(`${relay}private_key_file = "${key}"`);
		expect(problem).toBe('r.toml: tunnel.private_key_file: expected an absolute path or "credential:NAME"');
	});

	it("that is no TOML is told the place", async () => {
		expect(await agentProblems("[tunnel\n")).toEqual([
			expect.stringMatching(/^h\.toml: line 1, column \d+: not valid TOML: /),
		]);
	});
});

describe("a config file", () => {
	const load = (path: string) => problemsOf(() => loadConfig(path, agentConfigSchema));

	it("that is missing, a folder, a pipe, endless or far too large is refused, and nothing waits for it", async () => {
		const pipe = join(folder, "pipe");
		execFileSync("mkfifo", [pipe]);
		const large = join(folder, "large");
		await writeFile(large, "");
		await truncate(large, 64 * 1024 * 1024);
		const noFile = "it is a folder, a device or a pipe, and not a file";
		expect(await load(join(folder, "none"))).toEqual([
			`${folder}/none: cannot be read: there is no such file`,
		]);
		expect(await load(folder)).toEqual([`${folder}: cannot be read: ${noFile}`]);
		expect(await load(pipe)).toEqual([`${pipe}: cannot be read: ${noFile}`]);
		expect(await load("/dev/zero")).toEqual([`/dev/zero: cannot be read: ${noFile}`]);
		expect(await load(large)).toEqual([
			`${large}: cannot be read: it has 67108864 bytes, and at most 1048576 make sense`,
		]);
	});

	it("of random bytes is refused as no TOML", async () => {
		const path = join(folder, "binary");
		await writeFile(path, Buffer.from([0, 255, 254, 7, 10, 13, 0, 0]));
		expect(await load(path)).toEqual([expect.stringMatching(/^binary: line \d+.*not valid TOML/)]);
	});
});

describe("a secret", () => {
	const holding = async (text: string, mode = 0o640) => {
		const path = join(folder, "secret");
		await writeFile(path, text);
		await chmod(path, mode);
		return path;
	};
	const read = (path: string) => problemsOf(() => readSecret("dns.token_file", path));

	it("is the one line of its file", async () => {
		expect(await readSecret("dns.token_file", await holding(" token\n"))).toBe("token");
	});

	it("that everybody can read is refused, with the command that mends it", async () => {
		const path = await holding("token", 0o644);
		expect(await read(path)).toEqual([
			`dns.token_file: ${path} can be read by everybody (mode 0644): run "chmod o= ${path}"`,
		]);
	});

	it("that is empty, of several words, missing or a folder is refused, and never shown", async () => {
		const path = join(folder, "secret");
		expect(await read(await holding(""))).toEqual([
			`dns.token_file: ${path} is empty: write the secret into it, in one line`,
		]);
		expect(await read(await holding("two words"))).toEqual([
			`dns.token_file: ${path} holds several words or lines: expected the secret alone, in one line`,
		]);
		expect(await read(join(folder, "none"))).toEqual([
			`dns.token_file: cannot read ${folder}/none (there is no such file)`,
		]);
		expect(await read(folder)).toEqual([
			`dns.token_file: ${folder} is no file: expected a file that holds the secret in one line`,
		]);
	});

	it("that should be a WireGuard key and is not is refused, and never shown", async () => {
		const path = await holding("hunter2");
		expect(await problemsOf(() => readKey("tunnel.private_key_file", path))).toEqual([
			`tunnel.private_key_file: ${path} holds no WireGuard key: expected 44 characters, as "wg genkey" prints it`,
		]);
	});

	it("that systemd should pass is looked for in its folder, and missed in words", async () => {
		expect(secretPath("credential:desec.token", { CREDENTIALS_DIRECTORY: "/run/c" })).toBe(
			"/run/c/desec.token",
		);
		expect(await problemsOf(() => secretPath("credential:desec.token", {}, "dns.token_file"))).toEqual([
			'dns.token_file: systemd passed no credential desec.token: add "LoadCredential=desec.token:/path/to/file" to the unit, or name a file instead',
		]);
	});
});
