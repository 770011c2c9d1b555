import { execFileSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import {
	hostnameSchema,
	interfaceSchema,
	listenSchema,
	publicKeySchema,
	readSecret,
	secretPath,
	secretPathSchema,
	spanSchema,
} from "../../shared/config.ts";
import { ConfigError } from "../../shared/errors.ts";

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
	["example.org", true],
	["xn--mnchen-3ya.example", true],
	["a.b", true],
	[`${"a".repeat(63)}.org`, true],
	[`${"a".repeat(64)}.org`, false],
	[`${"a.".repeat(126)}a`, true],
	[`${"a.".repeat(127)}ab`, false],
	["example.org.", false],
	["Example.org", false],
	["münchen.example", false],
	["-a.example", false],
	["a-.example", false],
	["a..example", false],
	["192.0.2.1", false],
	["localhost", false],
	["*.example.org", false],
	["a b.example", false],
	["", false],
	["example.org\n", false],
])("as a host name, %j is %s", (name, good) => {
	expect(hostnameSchema.safeParse(name).success).toBe(good);
});

test("ports, addresses and interfaces that cannot be are refused before they are tried", () => {
	const listen = (text: string) => listenSchema.safeParse(text).data;
	expect(listen("127.0.0.1:8650")).toEqual({ host: "127.0.0.1", port: 8650 });
	expect(listen("[::1]:1")).toEqual({ host: "::1", port: 1 });
	for (const text of [
		"127.0.0.1:0",
		"127.0.0.1:65536",
		"127.0.0.1:99999",
		"127.0.0.1",
		"::1:80",
		"[fe80::1%eth0]:80",
		"300.0.0.1:80",
		":80",
		"[::1]:080000",
	])
		expect([text, listen(text)]).toEqual([text, undefined]);
	for (const name of ["hw0", "wg-home_1"]) expect(interfaceSchema.safeParse(name).success).toBe(true);
	for (const name of [
		"",
		"0hw",
		"hw0hw0hw0hw0hw0hw",
		"a/b",
		"../x",
		"-hw",
		"hw 0",
		"hw0\n",
		'hw"; flush ruleset',
	])
		expect([name, interfaceSchema.safeParse(name).success]).toEqual([name, false]);
});

test("a public key is 32 bytes in the only base64 that wg takes", () => {
	const good = Buffer.alloc(32, 7).toString("base64");
	expect(publicKeySchema.safeParse(good).success).toBe(true);
	for (const key of [
		good.slice(1),
		`${good}=`,
		good.replace("=", ""),
		`${good.slice(0, 42)}B=`,
		good.replace("B", "-"),
		`${good}\n`,
	])
		expect([key, publicKeySchema.safeParse(key).success]).toEqual([key, false]);
});

test("a span of time has a unit and its limits", () => {
	const span = spanSchema("500ms", "60s");
	for (const [text, value] of [
		["1s", 1_000],
		["500ms", 500],
		["0.5s", 500],
		["1min", 60_000],
	] as const)
		expect(span.safeParse(text).data).toBe(value);
	for (const text of [
		"1",
		"s",
		"-1s",
		"1 s",
		"499ms",
		"61s",
		"1h",
		"1e9s",
		"0s",
		"NaNs",
		"",
		`${"9".repeat(400)}s`,
	])
		expect([text, span.safeParse(text).data]).toEqual([text, undefined]);
});

test("a secret is read from a file that others cannot read, without the space around it", async () => {
	const path = join(folder, "token");
	await writeFile(path, "\n  s3cret \n\n", { mode: 0o640 });
	expect(await readSecret("dns.token_file", path)).toBe("s3cret");
});

test.each([
	["missing", undefined, 0, "there is no such file"],
	["readable by everybody", "s3cret", 0o644, 'mode 0644): run "chmod o= '],
	["writable by everybody", "s3cret", 0o602, "mode 0602"],
	["empty", " \n", 0o600, "is empty"],
	["of two words", "s3cret other", 0o600, "several words"],
	["of two lines", "s3cret\nother", 0o600, "several words"],
	["huge", "s3cret".repeat(300_000), 0o600, "bytes"],
])(
	"a secret's file that is %s is refused by the config key's name, and the secret is not repeated",
	async (_, text, mode, reason) => {
		const path = join(folder, "token");
		if (text !== undefined) {
			await writeFile(path, text);
			await chmod(path, mode);
		}
		const problem = await problemOf(readSecret("dns.token_file", path));
		expect(problem).toMatch(/^dns\.token_file: /);
		expect(problem).toContain(path);
		expect(problem).toContain(reason);
		expect(problem).not.toContain("s3cret");
	},
);

test("a folder or a pipe in a secret's place is refused at once", async () => {
	const path = join(folder, "token");
	await mkdir(path, { mode: 0o700 });
	expect(await problemOf(readSecret("dns.token_file", path))).toContain("no file");
	await rm(path, { recursive: true });
	execFileSync("mkfifo", ["-m", "600", path]);
	expect(await problemOf(readSecret("dns.token_file", path))).toContain("no file");
});

test("a credential lies where systemd put it, and cannot lead elsewhere", () => {
	expect(secretPath("/etc/key", {})).toBe("/etc/key");
	expect(secretPath("credential:token", { CREDENTIALS_DIRECTORY: "/run/credentials/x" })).toBe(
		"/run/credentials/x/token",
	);
	expect(() => secretPath("credential:token", {})).toThrow("LoadCredential=token:");
	for (const text of ["credential:../../etc/shadow", "credential:", "relative", "credential:a b"])
		expect([text, secretPathSchema.safeParse(text).success]).toEqual([text, false]);
});
