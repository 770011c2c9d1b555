import { once } from "node:events";
import { createInterface } from "node:readline";
import { type Moment, now } from "../lab/measure.ts";
import type { Namespace } from "../lab/namespace.ts";

/** A program that goes on telling what happens on a machine's network; each line has its moment. */
export interface Lines {
	/** The moment of the first matching line from now on; throws after the timeout (milliseconds, 30,000). */
	next(matches: (line: string) => boolean, timeout?: number): Promise<Moment>;
	stop(): Promise<void>;
}

/** Starts such a program in a namespace. Its lines come one by one, not when a buffer is full. */
export function watchLines(namespace: Namespace, argv: readonly string[]): Lines {
	const child = namespace.spawn(["stdbuf", "-oL", ...argv], { stdio: ["ignore", "pipe", "ignore"] });
	const ended = once(child, "exit");
	const listeners = new Set<(line: string, at: Moment) => void>();
	createInterface({ input: child.stdout! }).on("line", (line) => {
		const at = now();
		for (const listener of listeners) listener(line, at);
	});
	return {
		next(matches, timeout = 30_000) {
			return new Promise((resolve, reject) => {
				const done = () => {
					clearTimeout(timer);
					listeners.delete(listen);
				};
				const listen = (line: string, at: Moment) => {
					if (!matches(line)) return;
					done();
					resolve(at);
				};
				const timer = setTimeout(() => {
					done();
					reject(new Error(`${argv.join(" ")} said nothing of it in ${timeout / 1_000} s`));
				}, timeout);
				listeners.add(listen);
			});
		},
		async stop() {
			child.kill();
			await ended;
		},
	};
}
