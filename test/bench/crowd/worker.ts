import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Namespace } from "../../lab/namespace.ts";
import { goFirst } from "./priority.ts";

// A process of the bench's own in a network namespace: it is told what to do, and answers, over a channel.

export interface Worker {
	/** Has it do something of its own; throws what it threw, or that it has ended, or after the timeout (5 min). */
	ask<Answer>(act: string, argument?: unknown, timeout?: number): Promise<Answer>;
	stop(): Promise<void>;
}

type Reply = { id: number; answer?: unknown; error?: string };

/** Starts the file beside this one; it ends with the lab, or with us, at the latest. */
export async function startWorker(namespace: Namespace, file: string, setting: unknown): Promise<Worker> {
	const program = fileURLToPath(new URL(file, import.meta.url));
	const child = namespace.spawn([process.execPath, "--import", "tsx", program, JSON.stringify(setting)], {
		stdio: ["ignore", "inherit", "inherit", "ipc"],
	});
	if (child.pid) goFirst(child.pid);
	const waiting = new Map<number, { tell(reply: Reply): void; fail(error: Error): void }>();
	const ended = once(child, "exit").then(([code, signal]) => {
		const error = new Error(`${file} ended with ${signal ?? code}`);
		for (const { fail } of waiting.values()) fail(error);
		return error;
	});
	child.on("message", (reply: Reply) => {
		waiting.get(reply.id)?.tell(reply);
		waiting.delete(reply.id);
	});
	let lastId = 0;
	const ask: Worker["ask"] = (act, argument, timeout = 300_000) =>
		new Promise((resolve, reject) => {
			const id = ++lastId;
			const timer = setTimeout(() => reject(new Error(`${file} did not answer ${act}`)), timeout);
			const fail = (error: Error) => {
				clearTimeout(timer);
				reject(error);
			};
			waiting.set(id, {
				tell({ answer, error }) {
					clearTimeout(timer);
					if (error === undefined) resolve(answer as never);
					else reject(new Error(`${file}, ${act}: ${error}`));
				},
				fail,
			});
			if (child.connected) child.send({ id, act, argument });
			else void ended.then(fail);
		});
	await ask("hello").catch((error) => {
		child.kill("SIGKILL");
		throw error;
	});
	return {
		ask,
		async stop() {
			child.kill("SIGKILL");
			await ended;
		},
	};
}

/** What the worker does, by name; to be called once, in the worker. */
export function work(acts: Record<string, (argument: never) => unknown>): void {
	process.once("disconnect", () => process.exit(0));
	process.on("message", async ({ id, act, argument }: { id: number; act: string; argument: never }) => {
		try {
			const answer = act === "hello" ? true : await acts[act]!(argument);
			process.send!({ id, answer } satisfies Reply);
		} catch (error) {
			process.send!({ id, error: (error as Error).message } satisfies Reply);
		}
	});
}
