import { type Logger, pino } from "pino";

export type { Logger };

export type LogFormat = "journal" | "json";

export interface LogOptions {
	level?: string;
	/** `auto`: for the journal when systemd collects our output, else JSON. */
	format?: LogFormat | "auto";
}

/** syslog(3) priorities; journald reads them from a `<N>` before the line (sd-daemon(3)). */
const priorities: Record<number, number> = { 10: 7, 20: 7, 30: 6, 40: 4, 50: 3, 60: 2 };

/** The program's log, to standard output: sentences for the journal, JSON lines for everything else. */
export function createLog(options: LogOptions = {}, environment: NodeJS.ProcessEnv = process.env): Logger {
	const wanted = options.format ?? "auto";
	const format = wanted === "auto" ? (environment.JOURNAL_STREAM ? "journal" : "json") : wanted;
	const settings = {
		level: options.level ?? "info",
		base: null,
		timestamp: format === "json" ? pino.stdTimeFunctions.isoTime : false,
		formatters: format === "json" ? { level: (label: string) => ({ level: label }) } : {},
	} as const;
	if (format === "json") return pino(settings, process.stdout);
	return pino(settings, { write: (line: string) => process.stdout.write(journalLine(line)) });
}

/**
 * Turns one of pino's JSON lines into lines for the journal: priority and sentence. The sentence says it all; of the
 * fields only a condition's code is added, for those who search.
 */
export function journalLine(json: string): string {
	const entry = JSON.parse(json) as { level: number; msg?: string; condition?: string; err?: ErrorField };
	const reason = entry.err?.stack ?? entry.err?.message;
	const sentence = [entry.msg ?? "", reason].filter(Boolean).join(": ");
	const text = entry.condition ? `${sentence} [${entry.condition}]` : sentence;
	const prefix = `<${priorities[entry.level] ?? 6}>`;
	return `${printable(text)
		.split("\n")
		.map((line) => prefix + line)
		.join("\n")}\n`;
}

/** journalctl hides a message with control characters as "blob data", and a terminal would obey them. */
function printable(text: string): string {
	return text.replace(/[^\P{Cc}\n\t]/gu, "?");
}

interface ErrorField {
	stack?: string;
	message?: string;
}
