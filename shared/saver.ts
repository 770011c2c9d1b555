import { SECOND } from "./time.ts";

/** Saves what is, sooner or later; one save at a time, and what changes meanwhile is saved right after. */
export interface Saver {
	/** Saves after the delay, with what else changes until then. */
	soon(): void;
	/** Saves now; resolves when that is done, or could not be. */
	now(): Promise<void>;
	/** Saves what is not yet saved; resolves at once when nothing is. */
	flush(): Promise<void>;
	/** Gives up what could not be saved; what is only delayed is for `flush`. */
	stop(): void;
}

/** Milliseconds until what could not be saved is tried again. */
const again = 10 * SECOND;

export function createSaver(options: {
	/** Saves what is by then. */
	save(): Promise<void>;
	/** Milliseconds from a change to its save. */
	delay?: number;
	onSaved(): void;
	/** It could not be saved; it is tried again. */
	onFailure(error: unknown): void;
}): Saver {
	const { delay = 0 } = options;
	let unsaved = false;
	let stopped = false;
	let saving: Promise<void> | undefined;
	let timer: NodeJS.Timeout | undefined;

	function now(): Promise<void> {
		unsaved = true;
		return flush();
	}

	function flush(): Promise<void> {
		clearTimeout(timer);
		timer = undefined;
		saving ??= write().finally(() => {
			saving = undefined;
		});
		return saving;
	}

	async function write(): Promise<void> {
		while (unsaved) {
			unsaved = false;
			try {
				await options.save();
				options.onSaved();
			} catch (error) {
				options.onFailure(error);
				if (!stopped) timer ??= setTimeout(now, again).unref();
			}
		}
	}

	return {
		soon() {
			unsaved = true;
			timer ??= setTimeout(flush, delay).unref();
		},
		now,
		flush,
		stop() {
			stopped = true;
			clearTimeout(timer);
		},
	};
}
