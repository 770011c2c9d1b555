import { createHash } from "node:crypto";
import { configText } from "./config.ts";
import { fileMark } from "./file-mark.ts";
import { condition, type Health } from "./health.ts";
import { MINUTE } from "./time.ts";

/** A config file, and what tells the text that was read from any other. */
export interface ConfigSource {
	path: string;
	digest: string;
}

export function configSource(path: string, text: string): ConfigSource {
	return { path, digest: digestOf(text) };
}

export const configNotRead = condition<{ path: string; program: string; gone: boolean }>({
	code: "config.not_read",
	severity: "warning",
	title: "the configuration was changed and not read since",
	audience: "owner",
	visibleAfter: MINUTE,
	text: ({ path, gone }) =>
		gone
			? `${path} cannot be read any more; what it said at the start is in force until the next one, which will fail`
			: `${path} was changed, and what it said before is still in force`,
	remedy: ({ path, program, gone }) =>
		gone
			? `put ${path} back, and run "${program} check-config"`
			: `run "${program} check-config", then "systemctl reload ${program}"`,
});

/** Looks whether the file still says what is in force. It is read when its times are others, since that costs ten times a look at them. */
export function configWatch(options: {
	source: ConfigSource;
	program: string;
	health: Health;
}): () => Promise<void> {
	const { source, program, health } = options;
	let seen: string | undefined;
	let settled = false;
	return async () => {
		const mark = await fileMark(source.path);
		// Two edits in one moment have the same times: what was just written is read once more.
		if (mark === seen && settled) return;
		settled = mark === seen;
		seen = mark;
		const text = await configText(source.path).catch(() => undefined);
		const same = text !== undefined && digestOf(text) === source.digest;
		const details = { path: source.path, program, gone: text === undefined };
		health.put(configNotRead, "", same ? undefined : details);
	};
}

function digestOf(text: string): string {
	return createHash("sha256").update(text).digest("hex");
}
