import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { stripVTControlCharacters } from "node:util";

/** A program on a terminal of its own, as a person sits before it. */
export interface Terminal {
	/** All that it has written, with its control characters. */
	raw(): string;
	/** The same as text. */
	text(): string;
	/** Waits until it has said this since the last time that something was waited for; throws after the timeout. */
	says(words: string | RegExp, timeout?: number): Promise<void>;
	type(keys: string): void;
	/** Goes away, as a terminal whose window is closed. */
	hangUp(): void;
	/** How it ended. */
	readonly ended: Promise<number>;
}

export const keys = { ctrlC: "\u0003", ctrlD: "\u0004", enter: "\r", down: "\u001b[B", space: " " } as const;

/** Milliseconds for an answer, on a machine that does many other things. */
const patience = 30_000;

/** Runs a command line on a new pseudo-terminal of 80 by 24, by script(1), which every Debian has. */
export function openTerminal(
	argv: readonly string[],
	options: { env?: NodeJS.ProcessEnv; via?: (argv: readonly string[]) => readonly string[] } = {},
): Terminal {
	const quoted = argv.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
	const script = [
		"script",
		"--quiet",
		"--return",
		"--echo",
		"never",
		"--command",
		`stty rows 24 cols 80; exec ${quoted}`,
		"/dev/null",
	];
	const [file = "", ...args] = options.via?.(script) ?? script;
	const child: ChildProcess = spawn(file, args, {
		env: { TERM: "xterm", ...(options.env ?? process.env), SHELL: "/bin/sh" },
		stdio: ["pipe", "pipe", "pipe"],
	});
	let written = "";
	let read = 0;
	for (const stream of [child.stdout!, child.stderr!]) {
		stream.setEncoding("utf8").on("data", (chunk: string) => {
			written += chunk;
		});
	}
	child.stdin!.on("error", () => {});
	const ended = once(child, "close").then(
		([code, signal]) => (code as number | null) ?? String(signal),
	) as Promise<number>;
	const text = () => stripVTControlCharacters(written).replaceAll("\r", "");
	return {
		raw: () => written,
		text,
		async says(words, timeout = patience) {
			const end = performance.now() + timeout;
			for (;;) {
				const fresh = text().slice(read);
				const at = typeof words === "string" ? fresh.indexOf(words) : fresh.search(words);
				if (at >= 0) {
					read += at + (typeof words === "string" ? words.length : (words.exec(fresh)?.[0].length ?? 0));
					return;
				}
				if (performance.now() > end) throw new Error(`it did not say ${words}; since then: ${fresh}`);
				await sleep(20);
			}
		},
		type: (typed) => void child.stdin!.write(typed),
		hangUp: () => void child.kill("SIGKILL"),
		ended,
	};
}
