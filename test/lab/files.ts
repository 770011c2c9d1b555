import { basename, dirname } from "node:path";
import { run } from "./command.ts";
import type { Host } from "./host.ts";

// All of this goes through the host itself: a link on its disk must not lead to a file of this machine.

export async function writeText(host: Host, path: string, text: string, mode: number): Promise<void> {
	const script = 'mkdir -p "$1" && umask 077 && cat >"$2~new" && chmod "$3" "$2~new" && mv -f "$2~new" "$2"';
	await host.run(["sh", "-c", script, "sh", dirname(path), path, mode.toString(8)], { input: text });
}

export async function readText(host: Host, path: string): Promise<string> {
	return host.run(["cat", "--", path], { stripFinalNewline: false });
}

export async function copyTree(host: Host, path: string, destination: string): Promise<void> {
	// Into the folder under its own name, then renamed in the archive itself, so that one step is enough for files and folders.
	const pack = ["tar", "-C", dirname(path), "--owner=0", "--group=0", "--numeric-owner"];
	const renamed = `--transform=s,^${escaped(basename(path))},${basename(destination)},S`;
	const unpack = await host.command([
		"sh",
		"-c",
		'mkdir -p "$1" && tar -xf - -C "$1"',
		"sh",
		dirname(destination),
	]);
	const pipe = ["sh", "-c", `${quoted([...pack, renamed, "-cf", "-", basename(path)])} | ${quoted(unpack)}`];
	await run(pipe, { timeout: 120_000 });
}

function escaped(text: string): string {
	return text.replace(/[.*[\]^$\\,]/g, "\\$&");
}

function quoted(argv: readonly string[]): string {
	return argv.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
}
