import { execFile } from "node:child_process";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test, vi } from "vitest";
import { CommandError, runCommand } from "../../shared/command.ts";

async function folder(): Promise<string> {
	const path = await mkdtemp(join(tmpdir(), "heimweg-command-"));
	onTestFinished(() => rm(path, { recursive: true, force: true }));
	return path;
}

/** The CommandError that a command ends with. */
async function failure(...call: Parameters<typeof runCommand>): Promise<CommandError> {
	const error = await runCommand(...call).then(
		() => undefined,
		(thrown) => thrown,
	);
	expect(error).toBeInstanceOf(CommandError);
	return error;
}

const sh = (script: string, options?: Parameters<typeof runCommand>[2]) =>
	failure("sh", ["-c", script], options);

test("what a command prints comes back, without the last newline; what it is fed is its standard input", async () => {
	expect(await runCommand("sh", ["-c", "echo a; echo b >&2; echo c"])).toBe("a\nc");
	expect(await runCommand("cat", [], { input: "zwei\nZeilen ü" })).toBe("zwei\nZeilen ü");
	expect(await runCommand("cat", [])).toBe("");
});

test("arguments are no shell's: what would be code there is text here", async () => {
	expect(await runCommand("printf", ["%s|", "$(id)", "a; b", "`c`", "*"])).toBe("$(id)|a; b|`c`|*|");
});

test("a failing command is told with its words and its exit status", async () => {
	const error = await sh("echo it broke >&2; exit 4");
	expect(error).toMatchObject({ command: "sh", exitCode: 4, stderr: "it broke", missing: false });
	expect(error.message).toContain("failed: it broke");
	expect((await sh("exit 3")).message).toContain("exit status 3");
	expect((await sh("kill -9 $$")).message).toContain("SIGKILL");
});

test("a program that is missing is told with the package that has it", async () => {
	const error = await failure("no-such-program-of-heimweg", []);
	expect(error).toMatchObject({ missing: true, message: expect.stringContaining("was not found") });
	expect(error.remedy).toBeUndefined();
});

test("a program is missing also where a folder of the path may not be entered", async () => {
	const closed = join(await folder(), "closed");
	await mkdir(closed, { mode: 0 });
	const code = `
		import { runCommand } from ${JSON.stringify(resolve(import.meta.dirname, "../../shared/command.ts"))};
		const error = await runCommand("no-such-program-of-heimweg", []).catch((reason) => reason);
		process.stdout.write(JSON.stringify({ missing: error.missing, message: error.message }));`;
	const node = [process.execPath, "--import", "tsx", "--input-type=module", "-e", code];
	// Root may enter any folder, but for its rights.
	const argv =
		process.getuid?.() === 0 ? ["setpriv", "--inh-caps=-all", "--bounding-set=-all", ...node] : node;
	const { stdout } = await promisify(execFile)(argv[0]!, argv.slice(1), {
		env: { ...process.env, PATH: `${closed}:${process.env.PATH}` },
	});
	expect(JSON.parse(stdout)).toEqual({
		missing: true,
		message: "the program no-such-program-of-heimweg is needed and was not found",
	});
}, 60_000);

test("a program that cannot be executed is told with the reason", async () => {
	const path = join(await folder(), "program");
	await writeFile(path, "text");
	await chmod(path, 0o644);
	const error = await failure(path, []);
	expect(error.missing).toBe(false);
	expect(error.message).toContain("EACCES");
});

test("arguments that the kernel refuses as too long fail like any command", async () => {
	const error = await failure("true", ["x".repeat(300_000)]);
	expect(error.message).toContain("E2BIG");
	expect(error.message.length).toBeLessThan(2_000);
});

test("what is fed to a command, and its environment, stay out of the error", async () => {
	const error = await sh("cat >/dev/null; exit 1", { input: "s3cret" });
	expect(JSON.stringify({ ...error, message: error.message, stack: error.stack })).not.toContain("s3cret");
	expect(error.cause).toBeUndefined();
});

test("an error stays short however much the command had to say, or was told", async () => {
	const noisy = await sh("yes complaint | head -c 500000 >&2; exit 1");
	expect(noisy.message.length).toBeLessThan(3_000);
	expect(noisy.stderr.length).toBeLessThan(100_000);
	const long = await failure("sh", ["-c", "exit 1", ...Array.from({ length: 5_000 }, (_, n) => `peer${n}`)]);
	expect(long.message.length).toBeLessThan(3_000);
	expect(long.message).toContain("exit status 1");
});

test("a command that does not end is ended at its timeout, also one that ignores SIGTERM", async () => {
	const pidFile = join(await folder(), "pid");
	const error = await sh(`trap '' TERM; echo $$ >${pidFile}; while :; do sleep 0.05; done`, { timeout: 200 });
	expect(error.message).toContain("did not end within 0.2 s");
	const pid = Number(await readFile(pidFile, "utf8"));
	await vi.waitFor(() => expect(existsSync(`/proc/${pid}`)).toBe(false), 5_000);
}, 15_000);

test("a child of the command that keeps its output open does not keep us", async () => {
	const pidFile = join(await folder(), "pid");
	onTestFinished(async () => {
		process.kill(Number(await readFile(pidFile, "utf8")), "SIGKILL");
	});
	const error = await sh(`sleep 300 & echo $! >${pidFile}; wait`, { timeout: 200 });
	expect(error.message).toContain("did not end within 0.2 s");
}, 15_000);

test("the signal interrupts a command, and a signal that fired before lets none start", async () => {
	const controller = new AbortController();
	const running = sh("exec sleep 300", { signal: controller.signal });
	controller.abort();
	expect((await running).message).toContain("was interrupted");
	const file = join(await folder(), "started");
	expect((await sh(`: >${file}`, { signal: AbortSignal.abort() })).message).toContain("was interrupted");
	expect(existsSync(file)).toBe(false);
});

test("errors without an end are cut off: that is a failure, not a full memory", async () => {
	const error = await sh("exec yes >&2", { timeout: 60_000 });
	expect(error.message).toContain("printed more than is read");
	expect(error.message.length).toBeLessThan(3_000);
}, 60_000);

test("output without an end can be read line by line: nothing of it is kept, and a failure is told as ever", async () => {
	let lines = 0;
	let bytes = 0;
	const onLine = (line: string) => {
		lines += 1;
		bytes += line.length + 1;
	};
	const many = ["-c", `yes ${"x".repeat(99)} | head -n 800000`];
	expect(await runCommand("sh", many, { onLine, timeout: 60_000 })).toBe("");
	expect([lines, bytes]).toEqual([800_000, 80_000_000]);
	const error = await sh("echo one; echo 'fatal: two' >&2; exit 3", { onLine });
	expect([error.exitCode, error.stderr]).toEqual([3, "fatal: two"]);
	expect((await sh("echo one; exec sleep 300", { onLine, timeout: 200 })).message).toContain("did not end");
}, 60_000);

test("who opens a connection may write to it before a program is started, also between two of them", async () => {
	const path = join(await folder(), "socket");
	const server = createServer((socket) => socket.resume()).listen(path);
	onTestFinished(() => void server.close());
	await once(server, "listening");
	const order: string[] = [];
	const open = () => {
		const socket = connect(path, () => {
			order.push("connection");
			socket.end();
		});
	};
	const started = () => {
		if (order.push("start") === 2) open();
	};
	subscribe("child_process", started);
	onTestFinished(() => void unsubscribe("child_process", started));
	const programs = [runCommand("true", []), runCommand("true", []), runCommand("true", [])];
	open();
	await Promise.all(programs);
	expect(order).toEqual(["connection", "start", "connection", "start", "start"]);
});
