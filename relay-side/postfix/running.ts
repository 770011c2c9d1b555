import { stat } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import type { RunCommand } from "../../shared/command.ts";
import { codeOf } from "../../shared/errors.ts";
import type { Health } from "../../shared/health.ts";
import { SECOND } from "../../shared/time.ts";
import { postfixDown } from "./conditions.ts";

/** Milliseconds for a connection on this machine. */
const patience = 2_000;

/**
 * Whether Postfix's master(8) listens, seen at the socket of pickup(8), to which postdrop(1) connects in the same way:
 * that costs Postfix nothing and leaves no line in its log. Undefined when there is no telling.
 */
export async function postfixListens(queueDirectory: string): Promise<boolean | undefined> {
	const path = join(queueDirectory, "public", "pickup");
	const found = await stat(path).catch((error) => codeOf(error));
	if (found === "ENOENT") return false;
	// Without the rights to look, or with a named pipe, as earlier versions had it.
	if (found === undefined || typeof found === "string" || !found.isSocket()) return undefined;
	return new Promise((resolve) => {
		const socket = connect({ path, timeout: patience });
		const end = (listens: boolean | undefined) => {
			socket.destroy();
			resolve(listens);
		};
		socket.once("connect", () => end(true));
		socket.once("timeout", () => end(undefined));
		socket.once("error", (error) => end(codeOf(error) === "ECONNREFUSED" ? false : undefined));
	});
}

/** Milliseconds between two looks whether Postfix runs, and how many in a row must find it down: it may be restarted. */
export const lookWhetherItRunsEvery = 2 * SECOND;
const looks = 3;

/** Makes the look whether Postfix runs. */
export function createPostfixWatch(options: {
	run: RunCommand;
	health: Health;
	listens?: typeof postfixListens;
}): () => Promise<void> {
	const listens = options.listens ?? postfixListens;
	let directory: string | undefined;
	let missed = 0;
	return async () => {
		directory ??= (await options.run("postconf", ["-x", "-h", "queue_directory"]).catch(() => "")).trim();
		const runs = directory ? await listens(directory) : undefined;
		missed = runs === false ? missed + 1 : 0;
		if (missed >= looks) options.health.set(postfixDown, "", undefined);
		else options.health.clear(postfixDown);
	};
}
