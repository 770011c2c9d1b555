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
	const seen = await connects(path);
	if (seen !== "ECONNREFUSED") return seen === "ENOENT" ? false : seen === "connects" ? true : undefined;
	// So does a named pipe refuse, which earlier versions had in its place.
	const found = await stat(path).catch(() => undefined);
	return found?.isSocket() ? false : undefined;
}

/** Whether somebody listens at this socket: `connects`, or why not; undefined without an answer in time. */
function connects(path: string): Promise<string | undefined> {
	return new Promise((resolve) => {
		const socket = connect({ path, timeout: patience });
		const end = (seen: string | undefined) => {
			socket.destroy();
			resolve(seen);
		};
		socket.once("connect", () => end("connects"));
		socket.once("timeout", () => end(undefined));
		socket.once("error", (error) => end(codeOf(error)));
	});
}

/**
 * Milliseconds between two looks whether Postfix runs, and how many in a row must find it down: it may be restarted. So it is told
 * within six seconds; to look more often costs more than most that this program does when nothing happens.
 */
export const lookWhetherItRunsEvery = 3 * SECOND;
const looks = 2;

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
