import { type ChildProcess, spawn } from "node:child_process";
import { access, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { runCommand } from "../../shared/command.ts";
import type { Notice } from "../../shared/notify.ts";
import { commandChannel } from "../../shared/notify-command.ts";

let folder: string;
let file: string;
let socket: string;
let server: Server;
let children: ChildProcess[] = [];

/** Stands for systemd: starts the program for each connection, with that as its input and output. */
beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "heimweg-unit-"));
	file = join(folder, "tell");
	socket = join(folder, "socket");
	const shared = new URL("../../shared/", import.meta.url).pathname;
	const source = `
		import { runCommand } from "${shared}command.ts";
		import { runNotice } from "${shared}notify-run.ts";
		process.exitCode = await runNotice({ command: ["${file}", "configured"], run: runCommand });
		process.exit();`;
	server = createServer({ pauseOnConnect: true }, (connection) => {
		const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", source], {
			stdio: [connection, connection, "inherit"],
		});
		child.once("spawn", () => connection.destroy());
		children.push(child);
	});
	await new Promise<void>((resolve) => server.listen(socket, resolve));
});
afterEach(async () => {
	server.close();
	for (const child of children) child.kill();
	children = [];
	await rm(folder, { recursive: true });
});

const notice: Notice = {
	...{ event: "begins", code: "a.b", subject: "", severity: "error", title: "wrong" },
	...{ text: "line one\nline two", remedy: "act", since: "2026-01-01T00:00:00.000Z" },
};
const tell = (signal = new AbortController().signal) =>
	commandChannel({ command: ["/bin/false"], program: "heimweg", run: runCommand, socket }).send(
		[notice],
		0,
		signal,
	);
const script = (text: string) => writeFile(file, `#!/bin/sh\n${text}\n`, { mode: 0o755 });

test("the unit runs the command that its own configuration names, with the notice on its input", async () => {
	await script(`printf '%s|' "$@" >"${folder}/args"; cat >"${folder}/input"`);
	await tell();
	expect(await readFile(join(folder, "args"), "utf8")).toBe("configured|");
	const input = await readFile(join(folder, "input"), "utf8");
	expect(JSON.parse(input)).toMatchObject({ ...notice, program: "heimweg" });
	expect(input.trimEnd().split("\n")).toHaveLength(1);
});

test("why the command failed comes back", async () => {
	await script("echo 'no network' >&2; exit 3");
	await expect(tell()).rejects.toThrow("no network");
	await rm(file);
	await expect(tell()).rejects.toThrow("was not found");
});

test("when the daemon stops, the command is ended too", async () => {
	await script(`echo $$ >"${folder}/pid"; exec sleep 60`);
	const ending = new AbortController();
	const told = tell(ending.signal);
	const pid = await vi.waitFor(async () => {
		const text = await readFile(join(folder, "pid"), "utf8");
		expect(text).toMatch(/\n/);
		return Number(text);
	}, 10_000);
	ending.abort();
	await expect(told).rejects.toThrow("was interrupted");
	await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow(), 5_000);
});

test("a unit that cannot be reached, or says nothing, is a failure that says what to do", async () => {
	await script("kill -KILL $PPID");
	await expect(tell()).rejects.toMatchObject({
		message: expect.stringContaining("without an answer"),
		remedy: expect.stringContaining("journalctl"),
	});
	server.close();
	await rm(socket, { force: true });
	await expect(tell()).rejects.toMatchObject({
		message: expect.stringContaining("cannot be reached"),
		remedy: expect.stringContaining("systemctl start"),
	});
});

test("a connection that brings no notice runs nothing, and gets an answer", async () => {
	await script(`touch "${folder}/ran"`);
	const answer = await new Promise<string>((resolve) => {
		let text = "";
		connect({ path: socket, allowHalfOpen: true })
			.setEncoding("utf8")
			.on("data", (piece) => {
				text += piece;
			})
			.on("close", () => resolve(text))
			.on("end", function end(this: Socket) {
				this.destroy();
			})
			.end("no line");
	});
	expect(JSON.parse(answer)).toMatchObject({ ok: false, error: "the notice was cut short" });
	await expect(access(join(folder, "ran"))).rejects.toThrow();
});
