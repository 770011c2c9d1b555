import { pino } from "pino";
import { condition, Health } from "../../shared/health.ts";
import type { Logger } from "../../shared/log.ts";

/** A log that says nothing. */
export const silent: Logger = pino({ level: "silent" });

/** A log that keeps its lines. */
export function keptLog(level = "trace"): {
	log: Logger;
	lines: Array<{ level: number; msg: string; [field: string]: unknown }>;
} {
	const lines: Array<{ level: number; msg: string }> = [];
	return {
		log: pino({ level, base: null }, { write: (line: string) => lines.push(JSON.parse(line)) }),
		lines,
	};
}

export const failing = condition<{ error: string; remedy?: string }>({
	code: "test.failing",
	severity: "error",
	title: "the work fails",
	blocksMail: true,
	visibleAfter: 0,
	text: ({ error }) => `the work fails: ${error}`,
	remedy: ({ remedy }) => remedy ?? "look at the work",
});

export const silentHealth = (): Health => new Health(silent);
