import { type Logger, pino } from "pino";
import { unseen } from "./plain-text.ts";

export type { Logger };

export type LogFormat = "journal" | "json";

/** How a log is written; see the `[log]` table of the configuration. */
export interface LogSettings {
	level: string;
	/** `auto`: for the journal when systemd collects our output, else JSON. */
	format: LogFormat | "auto";
}

/** A log whose settings may change while it is in use: the configuration is read after the first lines. */
export interface Log {
	log: Logger;
	configure(settings: LogSettings): void;
}

/** syslog(3) priorities by pino's names and numbers of levels; journald reads them from a `<N>` before the line (sd-daemon(3)). */
const priorities: Record<string, number> = {
	...{ trace: 7, debug: 7, info: 6, warn: 4, error: 3, fatal: 2 },
	...{ 10: 7, 20: 7, 30: 6, 40: 4, 50: 3, 60: 2 },
};

/** The program's log, to standard output: sentences for the journal, JSON lines for everything else. */
export function createLog(
	environment: NodeJS.ProcessEnv = process.env,
	out: { write(text: string): unknown } = process.stdout,
): Log {
	let format: LogFormat = formatOf("auto", environment);
	const log = pino(
		{
			base: null,
			timestamp: pino.stdTimeFunctions.isoTime,
			formatters: { level: (label: string) => ({ level: label }) },
		},
		{ write: (line: string) => out.write(format === "journal" ? journalLine(line) : line) },
	);
	return {
		log,
		configure(settings) {
			log.level = settings.level;
			format = formatOf(settings.format, environment);
		},
	};
}

function formatOf(wanted: LogFormat | "auto", environment: NodeJS.ProcessEnv): LogFormat {
	if (wanted !== "auto") return wanted;
	return environment.JOURNAL_STREAM ? "journal" : "json";
}

/**
 * Turns one of pino's JSON lines into lines for the journal: priority and sentence. The sentence says it all; of the
 * fields only a condition's code is added, for those who search.
 */
export function journalLine(json: string): string {
	const entry = JSON.parse(json) as {
		level: string | number;
		msg?: string;
		condition?: string;
		err?: ErrorField;
	};
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
	return text.replace(unseen, (sign) => (sign === "\n" || sign === "\t" ? sign : "?"));
}

interface ErrorField {
	stack?: string;
	message?: string;
}
