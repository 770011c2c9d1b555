import { together } from "../../shared/last-worked.ts";
import { SECOND } from "../../shared/time.ts";
import { say } from "../../shared/words/say.ts";
import type { Home } from "../facts.ts";

/** What changed of homes and may have silenced them. */
export interface HomeChanges {
	/** A home is served otherwise than before. */
	note(id: string, before: Home | undefined, now: Home | undefined): void;
	/** What changed just before its last pulse, or after it; undefined for `lastPulse`: none came since our start. */
	of(id: string, lastPulse: number | undefined): string | undefined;
	forget(id: string): void;
}

/** Milliseconds before a home's last pulse in which a change of its file is told with its absence. */
const justBefore = 30 * SECOND;

/** The keys of a home's file by which its pulses come here, or do not. */
const keys = {
	public_key: ({ publicKey }: Home) => publicKey,
	preshared_key_file: ({ presharedKeyFile = "" }: Home) => presharedKeyFile,
	addresses: ({ addresses }: Home) => addresses.join(),
};

/** @param now milliseconds on a steady clock */
export function homeChanges(now: () => number): HomeChanges {
	const changes = new Map<string, { what: string; at: number }>();
	return {
		note(id, before, after) {
			if (!before || !after) return;
			const changed = Object.entries(keys).flatMap(([key, of]) => (of(before) === of(after) ? [] : [key]));
			if (changed.length > 0)
				changes.set(id, { what: say`${together(changed)} in ${id}.toml changed`, at: now() });
		},
		of(id, lastPulse) {
			const change = changes.get(id);
			if (!change || lastPulse === undefined) return change?.what;
			if (change.at < lastPulse - justBefore) return undefined;
			const seconds = (Math.abs(lastPulse - change.at) / SECOND).toFixed(1);
			return change.at < lastPulse
				? say`${change.what} ${seconds} s before that`
				: say`${change.what} ${seconds} s after that`;
		},
		forget: (id) => void changes.delete(id),
	};
}
