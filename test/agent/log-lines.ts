import { pino } from "pino";
import type { Logger } from "../../shared/log.ts";

/** A log, and what was written to it: `level sentence`. */
export function logLines(): { log: Logger; lines: string[] } {
	const lines: string[] = [];
	const names: Record<number, string> = { 20: "debug", 30: "info", 40: "warn", 50: "error" };
	const write = (json: string) => {
		const { level, msg } = JSON.parse(json) as { level: number; msg: string };
		lines.push(`${names[level]} ${msg}`);
	};
	return { log: pino({ level: "debug" }, { write }), lines };
}
