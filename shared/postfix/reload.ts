import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomic } from "../atomic-file.ts";
import type { RunCommand } from "../command.ts";
import { codeOf } from "../errors.ts";
import { SECOND } from "../time.ts";

/** For the master process to end those that have read other settings. */
const reloadPatience = 60 * SECOND;

/** Lies beside main.cf from before Postfix's settings are changed until Postfix has read them. */
const markFile = (directory: string) => join(directory, "heimweg-reload");

/**
 * Says that Postfix is to read its settings again. Who changes them and is interrupted before that leaves a Postfix that shows
 * the new ones and goes by the old.
 */
export function oweReload(directory: string): Promise<void> {
	return writeFileAtomic(markFile(directory), "", { mode: 0o644 });
}

/** Whether Postfix has not read its settings since they were changed. */
export async function reloadOwed(directory: string): Promise<boolean> {
	return (await changedAt(markFile(directory))) !== undefined;
}

/** Between two looks of a daemon whether Postfix has read its settings, and how long who sets it up may take. */
export const lookForReloadEvery = 10 * SECOND;
export const settingUpTakes = 30 * SECOND;

/** Makes the look whether Postfix has yet to read settings that were changed: a Postfix that was started since has read them. */
export function createReloadWatch(run: RunCommand, tell: (owed: boolean) => void): () => Promise<void> {
	let folders: { settings: string; queue: string } | undefined;
	const ask = async (parameter: string) => (await run("postconf", ["-x", "-h", parameter])).trim();
	return async () => {
		try {
			folders ??= { settings: await ask("config_directory"), queue: await ask("queue_directory") };
			const changed = await changedAt(markFile(folders.settings));
			// Written by master(8) when it starts, and not when it is reloaded.
			const started = changed && (await changedAt(join(folders.queue, "pid", "master.pid")));
			tell(changed !== undefined && (started === undefined || started < changed));
		} catch {
			// Without Postfix, or where it says nothing, there is nothing to say either.
		}
	};
}

/** When it was last written, in milliseconds; undefined when it is not there. */
async function changedAt(path: string): Promise<number | undefined> {
	try {
		return (await stat(path)).mtimeMs;
	} catch (error) {
		if (codeOf(error) === "ENOENT") return undefined;
		throw error;
	}
}

/** Takes back that it is to read them: they are as they were. */
export function forgetReload(directory: string): Promise<void> {
	return rm(markFile(directory), { force: true });
}

/** Has Postfix read its settings, where it runs. When it cannot be told, that stays owed. */
export async function reloadPostfix(
	run: RunCommand,
	directory: string,
): Promise<"reloaded" | "not running" | "failed"> {
	const succeeds = (...args: string[]) =>
		run("postfix", args, { timeout: reloadPatience }).then(
			() => true,
			() => false,
		);
	const runs = await succeeds("status");
	if (runs && !(await succeeds("reload"))) return "failed";
	await forgetReload(directory);
	return runs ? "reloaded" : "not running";
}
