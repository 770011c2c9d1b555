import { z } from "zod";
import type { RunCommand } from "../../shared/command.ts";
import { messageOf } from "../../shared/errors.ts";
import { type DoctorAnswer, doctorReportSchema, sendable } from "../../shared/protocol/doctor.ts";
import { MINUTE, SECOND } from "../../shared/time.ts";

/** How long what was found counts; and so between two looks, whoever asks for them. */
const counts = 1 * MINUTE;

/** For a look, two tries of what alarms included. */
const patience = 40 * SECOND;

/** Characters that a look may print. */
const mostSigns = 500_000;

const printedSchema = z.object({ findings: z.array(z.unknown()).max(1_000) });

export interface ForHomes {
	/** What a home is told that asks; begins a look when the last one no longer counts. */
	answer(said: unknown): DoctorAnswer | undefined;
	stop(): void;
}

/**
 * Looks at the relay itself when a home asks, for all of them once a minute, in a process that ends: what it takes to look
 * is never given back by one that goes on. `look` prints what `heimweg-relay doctor --json --own` does.
 */
export function createForHomes({
	look,
	now = () => performance.now(),
}: {
	look(signal: AbortSignal): Promise<string>;
	/** Milliseconds, steadily growing. */
	now?: () => number;
}): ForHomes {
	const ending = new AbortController();
	let last: { at: number; found: Pick<DoctorAnswer, "findings" | "failed"> } | undefined;
	let busy = false;

	async function begin(): Promise<void> {
		busy = true;
		try {
			const { findings } = printedSchema.parse(JSON.parse((await look(ending.signal)).slice(0, mostSigns)));
			last = { at: now(), found: { findings: sendable(findings as never) } };
		} catch (error) {
			last = { at: now(), found: { failed: messageOf(error).slice(0, 300) } };
		} finally {
			busy = false;
		}
	}

	return {
		answer(said) {
			const read = doctorReportSchema.safeParse(said);
			if (!read.success || ending.signal.aborted) return undefined;
			const known = last && now() - last.at < counts ? last.found : undefined;
			if (!known && !busy) void begin();
			return { version: 1, look: read.data.look, ...known };
		},
		stop: () => ending.abort(),
	};
}

/** Starts this program anew for one look, by the configuration that it was started with. */
export function lookInAProcess(run: RunCommand, argv: readonly string[] = process.argv) {
	const [, script = "", ...words] = argv;
	const at = words.findIndex((word) => word === "--config" || word === "-c");
	const config = at < 0 ? [] : words.slice(at, at + 2);
	return (signal: AbortSignal): Promise<string> =>
		run(process.execPath, [...process.execArgv, script, "doctor", "--json", "--own", ...config], {
			signal,
			timeout: patience,
		});
}
