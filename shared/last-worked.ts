import { z } from "zod";
import type { SavedState } from "./saved-state.ts";
import { say } from "./words/say.ts";

/** What the two sides had in common when their tunnel last worked, each by its name in words; no secrets. */
export const lastWorkedSchema = z.object({ at: z.iso.datetime(), had: z.record(z.string(), z.string()) });

/** Knows across restarts what is another than when the tunnel last worked. */
export interface LastWorked {
	/** Reads what is remembered. */
	restore(): Promise<void>;
	/** It works with what there is now, or did until this moment. */
	worked(at?: Date): void;
	/** When it last did, as far as that is remembered. */
	at(): Date | undefined;
	/** The names of what is another now. */
	changed(): string[];
	stop(): void;
}

/** @param now what there is now, by its name in words */
export function createLastWorked(
	state: SavedState<z.infer<typeof lastWorkedSchema>>,
	now: Readonly<Record<string, string>>,
): LastWorked {
	let before: z.infer<typeof lastWorkedSchema> | undefined;
	return {
		async restore() {
			before = await state.read();
		},
		worked(at = new Date()) {
			before = { at: at.toISOString(), had: { ...now } };
			void state.write(before);
		},
		at: () => before && new Date(before.at),
		changed() {
			const had = new Map(Object.entries(before?.had ?? {}));
			return Object.keys(now).filter((name) => had.has(name) && had.get(name) !== now[name]);
		},
		stop: state.stop,
	};
}

/** `a`, `a and b`, `a, b and c`. */
export function together(names: readonly string[]): string {
	if (names.length < 2) return names.join();
	return say`${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}
