import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, onTestFinished, test, vi } from "vitest";
import { linesOf, startChild } from "../../shared/child.ts";

const lingering = 100;

test("a program ends with the one that started it", async () => {
	const folder = await mkdtemp(join(tmpdir(), "heimweg-child-"));
	onTestFinished(() => rm(folder, { recursive: true, force: true }));
	const pidFile = join(folder, "pid");
	const module = pathToFileURL(join(import.meta.dirname, "../../shared/child.ts"));
	const script = `import(${JSON.stringify(module.href)}).then(({ startChild }) => {
		const child = startChild("sh", ["-c", 'echo $$ >"$1"; echo up; exec sleep 300', "sh", ${JSON.stringify(pidFile)}], { lingering: 1 });
		child.stdout.once("data", () => process.exit(0));
	})`;
	execFileSync(process.execPath, ["--import", "tsx", "-e", script], { stdio: "inherit" });
	const pid = Number(await readFile(pidFile, "utf8"));
	await vi.waitFor(() => expect(existsSync(`/proc/${pid}`)).toBe(false), 10_000);
}, 60_000);

test("lines come whole, however they were cut on their way, and who stops reading ends nothing else", async () => {
	const script = 'printf "one\\ntw"; sleep 0.1; printf "o ü\\n\\nlast"';
	const child = startChild("sh", ["-c", script], { lingering });
	const lines: string[] = [];
	for await (const line of linesOf(child.stdout)) lines.push(line);
	expect(lines).toEqual(["one", "two ü", "", "last"]);
	expect(await child.ended).toMatchObject({ exitCode: 0 });

	const endless = startChild("sh", ["-c", "while :; do echo more; sleep 0.01; done"], { lingering });
	for await (const line of linesOf(endless.stdout)) {
		expect(line).toBe("more");
		break;
	}
	endless.end();
	expect((await endless.ended).signal ?? (await endless.ended).exitCode).toBeTruthy();
});

test("a program that ended while a child of its own keeps its output open is told as that", async () => {
	const child = startChild("sh", ["-c", "sleep 5 & exit 0"], { lingering });
	child.stdout?.resume();
	expect(await child.ended).toMatchObject({ exitCode: 0, because: "output-open" });
});
