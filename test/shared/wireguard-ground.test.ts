import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { CommandError, type RunCommand } from "../../shared/command.ts";
import { wireguardProblems } from "../../shared/wireguard-ground.ts";

test("a machine that cannot make a WireGuard interface says what it lacks, one after the other", async () => {
	const folder = await mkdtemp(join(tmpdir(), "heimweg-ground-"));
	onTestFinished(() => rm(folder, { recursive: true }));
	const paths = {
		module: join(folder, "module"),
		userSpace: join(folder, "wireguard-go"),
		device: join(folder, "tun"),
	};
	const none: RunCommand = async () => {
		throw new CommandError("modprobe", "not found", { exitCode: 1, stderr: "" });
	};
	expect(await wireguardProblems(async () => "", paths)).toEqual([]);
	expect(await wireguardProblems(none, paths)).toEqual([
		expect.stringContaining('run "apt install wireguard-go", or use a kernel with WireGuard'),
	]);
	await writeFile(paths.userSpace, "");
	await chmod(paths.userSpace, 0o755);
	expect(await wireguardProblems(none, paths)).toEqual([expect.stringContaining('run "modprobe tun"')]);
	await writeFile(paths.device, "");
	expect(await wireguardProblems(none, paths)).toEqual([]);
	await rm(paths.device);
	await writeFile(paths.module, "");
	expect(await wireguardProblems(none, paths)).toEqual([]);
});
