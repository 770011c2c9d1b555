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
	try {
		await stat(markFile(directory));
		return true;
	} catch (error) {
		if (codeOf(error) === "ENOENT") return false;
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
