import { fork } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/** A part of Heimweg, or all of a program, in a process of its own. */
export interface Child<Question, Told> {
	/** Throws when it has ended. */
	ask(question?: Question): Promise<Told>;
	/** MB: the heap, and all that is resident (proc_pid_status(5)). */
	memory(): Promise<{ heap: number; resident: number }>;
	stop(): void;
}

/** Starts a program of this folder, which says when it is ready, and answers questions by their numbers. */
export async function startChild<Question extends { heap?: boolean }, Told extends { heap?: number }>(
	program: string,
	setting: unknown,
): Promise<Child<Question, Told>> {
	const child = fork(fileURLToPath(new URL(program, import.meta.url)), [JSON.stringify(setting)], {
		execArgv: ["--expose-gc", "--import", "tsx"],
		stdio: ["ignore", "ignore", "pipe", "ipc"],
	});
	let last = "";
	child.stderr!.setEncoding("utf8").on("data", (text: string) => {
		last = `${last}${text}`.slice(-2_000);
	});
	const waiting = new Map<number, { tell(told: Told): void; fail(error: Error): void }>();
	const ended = once(child, "exit").then(([code, signal]) => {
		const error = new Error(`it ended with ${signal ?? code}: ${last.trim()}`);
		for (const { fail } of waiting.values()) fail(error);
		return error;
	});
	child.on("message", (said: { id?: number } & Told) => {
		if (said.id === undefined) return;
		waiting.get(said.id)?.tell(said);
		waiting.delete(said.id);
	});
	await Promise.race([once(child, "message"), ended.then((error) => Promise.reject(error))]);
	let lastId = 0;
	const ask = (question?: Question): Promise<Told> =>
		new Promise((tell, fail) => {
			const id = ++lastId;
			waiting.set(id, { tell, fail });
			if (!child.connected) void ended.then(fail);
			else child.send({ id, ...question });
		});
	return {
		ask,
		async memory() {
			const { heap = 0 } = await ask({ heap: true } as Question);
			const status = await readFile(`/proc/${child.pid}/status`, "utf8");
			return { heap, resident: Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024 };
		},
		stop: () => void child.kill("SIGKILL"),
	};
}
