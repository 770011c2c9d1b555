import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { beforeEach, expect, onTestFinished, test, vi } from "vitest";

const shared = resolve(import.meta.dirname, "../../shared");
const waitOptions = { timeout: 60_000, interval: 50 };

// A daemon whose config file holds what it shall do: words, of which "bad" is refused by load.
const program = `
	import { readFileSync } from "node:fs";
	import { pino } from "pino";
	import { exitWith } from "${shared}/cli.ts";
	import { runCommand } from "${shared}/command.ts";
	import { runDaemon } from "${shared}/daemon.ts";
	import { ConfigError, HeimwegError } from "${shared}/errors.ts";
	const log = pino({ base: null, timestamp: false }, { write: (line) => {
		const { level, msg, err } = JSON.parse(line);
		process.stdout.write(level + " " + msg + (err ? ": " + err.message : "") + "\\n");
	} });
	const say = (text) => process.stdout.write("- " + text + "\\n");
	const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
	let number = 0;
	exitWith(runDaemon({
		name: "example",
		log,
		async load() {
			const words = readFileSync(process.env.CONFIG, "utf8").trim();
			if (words.includes("bad")) throw new ConfigError(["a: is wrong", "b: is wrong too"]);
			return words;
		},
		create(words) {
			const id = words + "#" + ++number;
			const keepAlive = setInterval(() => {}, 1000);
			return {
				async start() {
					if (words.includes("slow-start")) { say("starting " + id); await later(700); }
					if (words.includes("runs")) runCommand("sleep", ["300"]).catch(() => {});
					if (words.includes("no-port")) throw new ConfigError(["http.listen: in use"]);
					if (words.includes("no-wg")) throw new HeimwegError("wg is missing", { remedy: "install it" });
					say("started " + id);
					if (words.includes("throws")) setTimeout(() => { throw new Error("a defect"); });
					if (words.includes("rejects")) setTimeout(() => void Promise.reject(new Error("a defect")));
				},
				async stop() {
					if (words.includes("never-stops")) await new Promise(() => {});
					clearInterval(keepAlive);
					say("stopped " + id);
				},
			};
		},
	}));`;

let config: string;
beforeEach(async () => {
	const folder = await mkdtemp(join(tmpdir(), "heimweg-daemon-"));
	config = join(folder, "config");
	onTestFinished(() => rm(folder, { recursive: true, force: true }));
});

async function start(words: string) {
	await writeFile(config, words);
	const child: ChildProcess = spawn(
		process.execPath,
		["--import", "tsx", "--input-type=module", "-e", program],
		{
			env: { ...process.env, CONFIG: config },
			stdio: ["ignore", "pipe", "pipe"],
		},
	);
	const exited = once(child, "exit").then(([code, signal]) => code ?? signal);
	onTestFinished(() => void child.kill("SIGKILL"));
	let text = "";
	for (const stream of [child.stdout!, child.stderr!]) {
		stream.setEncoding("utf8").on("data", (chunk) => {
			text += chunk;
		});
	}
	return {
		lines: () => text.trim().split("\n"),
		says: (line: string, times = 1) =>
			vi.waitFor(() => expect(text.split(line).length - 1, text).toBeGreaterThanOrEqual(times), waitOptions),
		signal: (signal: NodeJS.Signals) => child.kill(signal),
		async reload(next: string) {
			await writeFile(config, next);
			child.kill("SIGHUP");
		},
		exited,
	};
}

test.each(["SIGTERM", "SIGINT"] as const)(
	"%s ends it cleanly, with status 0",
	async (signal) => {
		const daemon = await start("one");
		await daemon.says("started one#1");
		daemon.signal(signal);
		expect(await daemon.exited).toBe(0);
		expect(daemon.lines()).toEqual([
			"- started one#1",
			"- stopped one#1",
			"30 example stopped; everything that it set up stays as it is",
		]);
	},
	90_000,
);

test("a program that runs at that moment does not keep it from ending cleanly", async () => {
	const daemon = await start("runs");
	await daemon.says("started runs#1");
	await new Promise((resolve) => setTimeout(resolve, 300));
	daemon.signal("SIGTERM");
	await daemon.says("- stopped runs#1");
	expect(await daemon.exited).toBe(0);
}, 90_000);

test("a signal during a slow start ends it after the start", async () => {
	const daemon = await start("slow-start");
	await daemon.says("starting slow-start#1");
	daemon.signal("SIGTERM");
	expect(await daemon.exited).toBe(0);
	expect(daemon.lines().slice(1, 3)).toEqual(["- started slow-start#1", "- stopped slow-start#1"]);
}, 90_000);

test.each([
	["bad", 78, ["a: is wrong", "b: is wrong too"]],
	["no-port", 78, ["http.listen: in use"]],
	["no-wg", 1, ["wg is missing; what to do: install it"]],
])(
	"a start that cannot work (%s) ends with status %i and every reason",
	async (words, status, reasons) => {
		const daemon = await start(words);
		expect(await daemon.exited).toBe(status);
		for (const reason of reasons) expect(daemon.lines().join("\n")).toContain(reason);
		expect(daemon.lines().join("\n")).not.toMatch(/^ +at /m);
	},
	90_000,
);

test("SIGHUP puts the new configuration in place; one that is wrong or cannot start changes nothing", async () => {
	const daemon = await start("one");
	await daemon.says("started one#1");
	await daemon.reload("two");
	await daemon.says("started two#2");
	await daemon.reload("bad");
	await daemon.says("reload refused, the old configuration stays: b: is wrong too");
	await daemon.reload("no-port");
	await daemon.says("reload refused, the old configuration stays: http.listen: in use");
	await daemon.says("started two#4");
	daemon.signal("SIGTERM");
	expect(await daemon.exited).toBe(0);
	expect(daemon.lines().filter((line) => line.startsWith("- "))).toEqual([
		"- started one#1",
		"- stopped one#1",
		"- started two#2",
		"- stopped two#2",
		"- stopped no-port#3",
		"- started two#4",
		"- stopped two#4",
	]);
}, 90_000);

test("an end during a reload leaves no daemon that was started and not stopped", async () => {
	const daemon = await start("one");
	await daemon.says("started one#1");
	await daemon.reload("slow-start");
	await daemon.says("starting slow-start#2");
	daemon.signal("SIGTERM");
	expect(await daemon.exited).toBe(0);
	expect(daemon.lines().filter((line) => line.startsWith("- "))).toEqual([
		"- started one#1",
		"- stopped one#1",
		"- starting slow-start#2",
		"- started slow-start#2",
		"- stopped slow-start#2",
	]);
}, 90_000);

test("reloads that come together are done one after the other", async () => {
	const daemon = await start("one");
	await daemon.says("started one#1");
	for (const words of ["slow-start a", "slow-start b", "slow-start c"]) await daemon.reload(words);
	await daemon.says("started slow-start c");
	daemon.signal("SIGTERM");
	expect(await daemon.exited).toBe(0);
	let running = 0;
	for (const line of daemon.lines()) {
		if (line.startsWith("- started")) running += 1;
		if (line.startsWith("- stopped")) running -= 1;
		expect([0, 1]).toContain(running);
	}
	expect(running).toBe(0);
}, 90_000);

test.each(["throws", "rejects"])(
	"a defect that nobody caught (%s) is told, and ends it with status 1 after a clean stop",
	async (words) => {
		const daemon = await start(words);
		expect(await daemon.exited).toBe(1);
		expect(daemon.lines().join("\n")).toContain(
			"60 example has a defect and ends; systemd starts it again: a defect",
		);
		expect(daemon.lines()).toContain(`- stopped ${words}#1`);
	},
	90_000,
);

test("SIGHUP during a slow start is obeyed after the start", async () => {
	const daemon = await start("slow-start");
	await daemon.says("starting slow-start#1");
	await daemon.reload("two");
	await daemon.says("started two#2");
	daemon.signal("SIGTERM");
	expect(await daemon.exited).toBe(0);
	expect(daemon.lines().filter((line) => line.startsWith("- "))).toEqual([
		"- starting slow-start#1",
		"- started slow-start#1",
		"- stopped slow-start#1",
		"- started two#2",
		"- stopped two#2",
	]);
}, 90_000);

test("a daemon that does not stop is left behind after a while", async () => {
	const daemon = await start("never-stops");
	await daemon.says("started never-stops#1");
	daemon.signal("SIGTERM");
	expect(await daemon.exited).toBe(0);
	expect(daemon.lines().at(-1)).toContain("example stopped");
}, 90_000);
