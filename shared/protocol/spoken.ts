import { z } from "zod";
import type { SavedState } from "../saved-state.ts";

/** The public keys of those who have spoken version 2 of the protocol to us. */
export const spokenSchema = z.object({ version2: z.array(z.string().max(64)).max(100_000) });

export interface Spoken {
	/** Reads what is remembered; to be awaited before anything is said or heard. */
	restore(): Promise<void>;
	has(publicKey: string): boolean;
	add(publicKey: string): void;
	/** The same about one. */
	by(publicKey: string): SpokenBy;
	stop(): void;
}

export interface SpokenBy {
	has(): boolean;
	add(): void;
}

/**
 * Who has proven once that it speaks version 2, remembered across restarts: with them version 1, which proves little, is
 * never spoken again, whoever asks for it. Nobody is ever forgotten: a home that is removed and comes back is the same.
 * What cannot be saved holds until the next start, and by then they will have spoken again.
 * While a damaged file leaves open who it was, it was everybody: an old one is then not heard, and nobody is believed.
 */
export function createSpoken(state: SavedState<z.infer<typeof spokenSchema>>): Spoken {
	const known = new Set<string>();
	let everybody = false;
	/** Listed when it is saved: while ten thousand speak for the first time, a list for each would be a list too many. */
	const saved = {
		get version2() {
			return [...known];
		},
	};
	const has = (publicKey: string) => everybody || known.has(publicKey);
	const add = (publicKey: string) => {
		if (known.has(publicKey)) return;
		known.add(publicKey);
		void state.write(saved);
	};
	return {
		async restore() {
			for (const key of (await state.read())?.version2 ?? []) known.add(key);
			everybody = state.damaged?.() ?? false;
			// By a restart of the owner's an old one is heard again.
			if (everybody) void state.write({ version2: [] });
		},
		has,
		add,
		by: (publicKey) => ({ has: () => has(publicKey), add: () => add(publicKey) }),
		stop: state.stop,
	};
}
