import type { z } from "zod";
import { messageOf } from "./errors.ts";
import { condition, type Health } from "./health.ts";
import type { Logger } from "./log.ts";
import { createSaver } from "./saver.ts";
import { type StateFile, stateFile } from "./state.ts";
import { MINUTE } from "./time.ts";

export const stateUnsaved = condition<{ error: string }>({
	code: "state.unsaved",
	severity: "warning",
	title: "what should be remembered cannot be saved",
	visibleAfter: MINUTE,
	text: ({ error }, path) => `${path} cannot be saved, and a restart would forget what is new: ${error}`,
	remedy: (_, path) =>
		`free some space on the disk that holds ${path}, or correct the rights of its folder; it is tried again by itself`,
});

/** A state file that is saved sooner or later: `write` never rejects. */
export interface SavedState<T> extends StateFile<T> {
	/** Gives up what could not be saved. */
	stop(): void;
}

/** For its owner, who ends the program: resolves when what was written last is on disk, or could not be saved. */
export interface FlushedState<T> extends SavedState<T> {
	flush(): Promise<void>;
}

/** The state file at `path`; while its last value cannot be saved that is a condition, and it is tried again. */
export function savedState<T>(
	path: string,
	schema: z.ZodType<T>,
	{ health, log }: { health: Health; log: Logger },
): FlushedState<T> {
	const file = stateFile(path, schema, log);
	let last: T;
	const saver = createSaver({
		save: () => file.write(last),
		onSaved: () => health.clear(stateUnsaved, path),
		onFailure: (error) => health.set(stateUnsaved, path, { error: messageOf(error) }),
	});

	return {
		read: file.read,
		...(file.damaged ? { damaged: file.damaged } : {}),
		write(value) {
			last = value;
			return saver.now();
		},
		stop: saver.stop,
		flush: saver.flush,
	};
}
