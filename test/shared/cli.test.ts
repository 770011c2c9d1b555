import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { expect, test } from "vitest";

const shared = resolve(import.meta.dirname, "../../shared");
const prelude = `
	import { checkConfig, exitWith, printStatus } from "${shared}/cli.ts";
	import { ConfigError, HeimwegError } from "${shared}/errors.ts";
	import { isWell } from "${shared}/program-status.ts";
	import { english } from "${shared}/words/say.ts";
	setInterval(() => {}, 1000);
	const status = (mailFlows, ...severities) => ({
		mailFlows, conditions: severities.map((severity) => ({ severity })), long: "x".repeat(300000) });
	const headline = (verdict) => ({ incoming: { verdict, because: [] } });
	const text = (s, speak) => "flows: " + s.mailFlows + speak(s.said ?? "") + "\\n";
	const print = (ask, json = false) => exitWith(printStatus({ ask, json, text, isWell }));
`;

/** What a program that ends with this code prints, and its exit status. */
async function ends(code: string, locale = "C") {
	const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", prelude + code], {
		stdio: ["ignore", "pipe", "pipe"],
		env: { ...process.env, LC_ALL: locale },
	});
	const text = { out: "", err: "" };
	child.stdout.setEncoding("utf8").on("data", (chunk) => {
		text.out += chunk;
	});
	child.stderr.setEncoding("utf8").on("data", (chunk) => {
		text.err += chunk;
	});
	const [status] = await once(child, "close");
	return { status, ...text };
}

test.each([
	["all is well", "print(async () => status(true))", 0],
	["there is a warning", 'print(async () => status(true, "warning"))', 1],
	["there is an error", 'print(async () => status(true, "warning", "error"))', 1],
	["mail cannot flow", "print(async () => status(false))", 1],
	["all is seen", 'print(async () => ({ ...status(true), headline: headline("yes") }))', 0],
	["something is not known", 'print(async () => ({ ...status(true), headline: headline("not known") }))', 1],
])(
	"status ends with the right exit status when %s",
	async (_, code, status) => {
		expect(await ends(code)).toMatchObject({ status, out: expect.stringContaining("flows: "), err: "" });
	},
	60_000,
);

test("a daemon that does not run is exit status 3, with what to do", async () => {
	const code =
		'print(async () => { throw new HeimwegError("the daemon does not run", { remedy: "start it" }); })';
	expect(await ends(code)).toEqual({
		status: 3,
		out: "",
		err: "the daemon does not run\nwhat to do: start it\n",
	});
}, 60_000);

test("who reads German gets German, but for JSON, defects and what systemd runs", async () => {
	const fails =
		'async () => { throw new HeimwegError("the daemon does not run", { remedy: "run it with sudo" }); }';
	const german = "der Daemon läuft nicht\nwas zu tun ist: es mit sudo ausführen\n";
	const status = `async () => ({ ...status(true), said: "mail can flow" })`;
	const [failed, daemon, json, text] = await Promise.all(
		[
			...[`print(${fails})`, `exitWith((${fails})(), async () => english)`],
			...[`print(${status}, true)`, `print(${status})`],
		].map((code) => ends(code, "de_DE.UTF-8")),
	);
	expect(failed).toEqual({ status: 3, out: "", err: german });
	expect(daemon?.err).toBe("the daemon does not run\nwhat to do: run it with sudo\n");
	expect(json?.out).toContain("mail can flow");
	expect(text?.out).toContain("Mail kommt durch");
}, 60_000);

test("a wrong config is exit status 78 and a line for each problem, in status and check-config", async () => {
	const fails = 'async () => { throw new ConfigError(["a: x", "b: y"]); }';
	for (const code of [`print(${fails})`, `exitWith(checkConfig("c.toml", ${fails}))`])
		expect(await ends(code)).toEqual({ status: 78, out: "", err: "a: x\nb: y\n" });
	expect(await ends('exitWith(checkConfig("c.toml", async () => 1))')).toMatchObject({
		status: 0,
		out: "c.toml: no problem found\n",
	});
}, 60_000);

test("a defect is exit status 1 and its message, although timers are left", async () => {
	expect(await ends('exitWith(Promise.reject(new Error("a defect")))')).toEqual({
		status: 1,
		out: "",
		err: "a defect\n",
	});
}, 60_000);

test("a long JSON status reaches a pipe whole before the program ends", async () => {
	const { status, out } = await ends("print(async () => status(true), true)");
	expect(status).toBe(0);
	expect(JSON.parse(out).long).toHaveLength(300_000);
}, 60_000);

test("a reader that goes away early, like head, is no error of ours", async () => {
	const child = spawn(
		"sh",
		[
			"-c",
			'"$0" --import tsx --input-type=module -e "$1" | true',
			process.execPath,
			`${prelude}print(async () => status(true), true)`,
		],
		{
			stdio: ["ignore", "ignore", "pipe"],
		},
	);
	let err = "";
	child.stderr.setEncoding("utf8").on("data", (chunk) => {
		err += chunk;
	});
	await once(child, "close");
	expect(err).toBe("");
}, 60_000);
