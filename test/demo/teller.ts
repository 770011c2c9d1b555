import { styleText } from "node:util";

/** Where the story is told: a terminal, or a file or pipe, which gets plain lines. */
export interface Stage {
	write(text: string): unknown;
	isTTY?: boolean | undefined;
	columns?: number | undefined;
}

/** Tells what happens as it happens. Every line begins with the seconds since the start. */
export interface Teller {
	title(text: string): void;
	tell(text: string): void;
	/** Something that another program said, as it said it. */
	quote(lines: readonly string[]): void;
	/** Says what is waited for while the work goes on, and then what came of it. */
	wait<T>(
		what: string,
		work: (progress: (note: string) => void) => Promise<T>,
		told: (result: T) => string,
	): Promise<T>;
	/** Plain text, without the time. */
	print(text: string): void;
	/** No word any more of what is still waited for: it does not matter now. */
	stopWaiting(): void;
}

/** How often a pipe hears that the same thing is still waited for, ms. */
const reminder = 10_000;
/** How often a terminal's line is renewed, ms. */
const renewal = 100;

export function createTeller(stage: Stage, elapsed: () => number): Teller {
	const live = Boolean(stage.isTTY);
	const style = (format: "bold" | "dim" | "green", text: string) => (live ? styleText(format, text) : text);
	const clock = () => `${seconds(elapsed()).padStart(8)}  `;
	const erase = live ? "\r\x1b[K" : "";
	let stopped = false;
	const line = (text: string) => stage.write(`${erase}${text}\n`);

	return {
		title: (text) => line(`\n${style("bold", text)}`),
		tell: (text) => line(`${style("dim", clock())}${text}`),
		quote(lines) {
			for (const quoted of lines) line(style("dim", `${" ".repeat(clock().length)}| ${quoted}`));
		},
		print: line,
		stopWaiting() {
			stopped = true;
		},
		async wait(what, work, told) {
			const began = elapsed();
			let note = "";
			const waiting = () => {
				if (stopped) return;
				const text = `${clock()}... ${what} (${seconds(elapsed() - began)}${note ? `; ${note}` : ""})`;
				// A line that wraps could not be erased.
				if (live) stage.write(`${erase}${text.slice(0, (stage.columns || 80) - 1)}`);
				else line(text);
			};
			if (live) waiting();
			else line(`${clock()}... ${what}`);
			const timer = setInterval(waiting, live ? renewal : reminder);
			try {
				const result = await work((text) => {
					note = text;
				});
				line(`${style("dim", clock())}${style("green", "ok")}  ${told(result)}`);
				return result;
			} finally {
				clearInterval(timer);
				if (live) stage.write(erase);
			}
		},
	};
}

/** Keeps what was measured, in milliseconds, and gives it as seconds. */
export type Note = (what: string, milliseconds: number) => string;

/** Milliseconds as seconds, for people. */
export function seconds(milliseconds: number, digits = 1): string {
	return `${(milliseconds / 1000).toFixed(digits)} s`;
}
