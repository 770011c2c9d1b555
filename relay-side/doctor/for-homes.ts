import type { Finding } from "../../shared/doctor/finding.ts";
import { messageOf } from "../../shared/errors.ts";
import { type DoctorAnswer, sendable } from "../../shared/protocol/doctor.ts";
import { MINUTE } from "../../shared/time.ts";

/** How long what was found counts; and so between two looks, whoever asks for them. */
const counts = 1 * MINUTE;

export interface ForHomes {
	/** What a home is told that asks by this name; begins a look when the last one no longer counts. */
	answer(look: string): Pick<DoctorAnswer, "look" | "findings" | "failed">;
	stop(): void;
}

/** Has the relay itself looked at when a home asks, for all of them once a minute. `look` is of the relay alone. */
export function createForHomes({
	look,
	now = () => performance.now(),
}: {
	look(signal: AbortSignal): Promise<readonly Finding[]>;
	/** Milliseconds, steadily growing. */
	now?: () => number;
}): ForHomes {
	const ending = new AbortController();
	let last: { at: number; found: Pick<DoctorAnswer, "findings" | "failed"> } | undefined;
	let busy = false;

	async function begin(): Promise<void> {
		busy = true;
		try {
			last = { at: now(), found: { findings: sendable(await look(ending.signal)) } };
		} catch (error) {
			last = { at: now(), found: { failed: messageOf(error).slice(0, 300) } };
		} finally {
			busy = false;
		}
	}

	return {
		answer(look) {
			const known = last && now() - last.at < counts ? last.found : undefined;
			if (!known && !busy && !ending.signal.aborted) void begin();
			return { look, ...known };
		},
		stop: () => ending.abort(),
	};
}
