import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runCommand } from "../../shared/command.ts";
import type { Notice } from "../../shared/notify.ts";
import { commandChannel, commandProblems } from "../../shared/notify-command.ts";

let folder: string;
let file: string;

beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "heimweg-notify-"));
	file = join(folder, "tell");
});
afterEach(() => rm(folder, { recursive: true }));

const notice: Notice = {
	...{ event: "begins", code: "a.b", subject: "$(touch x) \"; '", severity: "error", title: "wrong" },
	...{ text: "line one\nline two", remedy: "act", since: "2026-01-01T00:00:00.000Z" },
};

const tell = (command: string[], signal = new AbortController().signal) =>
	commandChannel({ command, program: "heimweg", run: runCommand, socket: undefined }).send(
		[notice],
		2,
		signal,
	);

test("the command gets one line of JSON on its standard input, and its own arguments unchanged", async () => {
	await writeFile(file, `#!/bin/sh\nprintf '%s|' "$@" >"${folder}/args"\ncat >"${folder}/input"\n`, {
		mode: 0o755,
	});
	await tell([file, "$HOME", "two words"]);
	expect(await readFile(join(folder, "args"), "utf8")).toBe("$HOME|two words|");
	const input = await readFile(join(folder, "input"), "utf8");
	expect(input.trimEnd().split("\n")).toHaveLength(1);
	expect(JSON.parse(input)).toEqual({
		...{ version: 1, program: "heimweg", host: hostname(), more: 2 },
		...notice,
	});
});

test("a command that fails, is missing, or does not read its input, is an error or none, and never a crash", async () => {
	await writeFile(file, "#!/bin/sh\necho 'no network' >&2\nexit 3\n", { mode: 0o755 });
	await expect(tell([file])).rejects.toThrow("no network");
	await expect(tell([join(folder, "nothing")])).rejects.toThrow("was not found");
	await writeFile(file, "#!/bin/sh\nexit 0\n");
	await tell([file]);
});

test("a command under way is ended when the program stops", async () => {
	await writeFile(file, "#!/bin/sh\nexec sleep 60\n", { mode: 0o755 });
	const ending = new AbortController();
	const told = tell([file], ending.signal);
	setTimeout(() => ending.abort(), 50);
	await expect(told).rejects.toThrow("was interrupted");
});

test("check-config says what keeps the command from being run", async () => {
	expect(await commandProblems(runCommand)).toEqual([]);
	expect(await commandProblems(runCommand, [file])).toEqual([`notify.command: there is no program ${file}`]);
	expect(await commandProblems(runCommand, [folder])).toEqual([
		`notify.command: ${folder} is no program, but a folder`,
	]);
	await writeFile(file, "#!/bin/sh\n", { mode: 0o644 });
	expect((await commandProblems(runCommand, [file])).join()).toContain(`run "chmod a+rx ${file}"`);
	await chmod(file, 0o755);
	expect(await commandProblems(runCommand, ["/bin/true"])).toEqual([]);
});
