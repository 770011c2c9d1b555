import { randomBytes } from "node:crypto";
import type { z } from "zod";
import { readKey } from "../shared/keys.ts";
import { deriveKeys, type ProtocolKeys } from "../shared/protocol/keys.ts";
import { createSpoken, type spokenSchema } from "../shared/protocol/spoken.ts";
import type { SavedState } from "../shared/saved-state.ts";
import { SECOND } from "../shared/time.ts";
import { type Home, sameHome } from "./homes/home.ts";
import type { Registry } from "./homes/registry.ts";

/** What of a home says who it is. */
export type Known = Pick<Home, "id" | "publicKey" | "presharedKeyFile">;

/** By what homes prove who they are, and learn that there is something new for them. */
export interface Identity {
	/** Reads what is remembered; to be awaited before the ports are opened. */
	restore(): Promise<void>;
	/** A home's keys; undefined while its preshared key could not be read even once, or its public key is no good one. */
	keysOf(home: Known): ProtocolKeys | undefined;
	/** Something did not fit a home's keys: its preshared key may be another by now, and is read again, now and then. */
	doubt(home: Known): void;
	/** It has proven once that it speaks version 2. */
	hasSpoken(home: Known): boolean;
	spoke(home: Known): void;
	/** Which number stands for what the relay has for this home now. */
	generation(home: string): number;
	/** The relay has something new for this home. */
	renew(home: string): void;
	/** Told when a home's generation is another. */
	onRenewed(listener: (home: string) => void): void;
	/** The homes that there are now; `changed` names those that are others than the last time, if that is known. */
	keep(registry: Registry, changed?: ReadonlySet<string>): void;
	stop(): void;
}

export interface IdentityOptions {
	/** The relay's own WireGuard key. */
	privateKey: string;
	state: SavedState<z.infer<typeof spokenSchema>>;
	/** Reads a preshared key. */
	read?: (path: string) => Promise<string>;
	/** A home's generation at our start; random, so that what was recorded before echoes none of ours. */
	firstGeneration?: () => number;
	/** Milliseconds, steadily growing. */
	now?: () => number;
}

/** Milliseconds between two reads of one home's preshared key because of what did not fit. */
const readEvery = 5 * SECOND;

interface Entry {
	presharedKeyFile: string | undefined;
	keys: ProtocolKeys | undefined;
	readAt: number;
}

/** Keeps the homes' keys and generations. A preshared key that cannot be read leaves its home what it had. */
export function createIdentity(options: IdentityOptions): Identity {
	const { privateKey } = options;
	const read = options.read ?? ((path) => readKey("preshared_key_file", path));
	const now = options.now ?? (() => performance.now());
	const firstGeneration = options.firstGeneration ?? (() => randomBytes(4).readUInt32BE() || 1);
	const spoken = createSpoken(options.state);
	const entries = new Map<string, Entry>();
	const generations = new Map<string, number>();
	const listeners: Array<(home: string) => void> = [];
	let before: Registry | undefined;

	function entryOf({ publicKey, presharedKeyFile }: Known): Entry {
		const found = entries.get(publicKey);
		if (found?.presharedKeyFile === presharedKeyFile && found) return found;
		// Until another file was read, what there was goes on to hold.
		const entry: Entry = { presharedKeyFile, keys: found?.keys, readAt: Number.NEGATIVE_INFINITY };
		entries.set(publicKey, entry);
		if (presharedKeyFile === undefined) entry.keys = derive(publicKey, undefined);
		else void refresh(publicKey, entry);
		return entry;
	}

	async function refresh(publicKey: string, entry: Entry): Promise<void> {
		if (entry.presharedKeyFile === undefined || now() - entry.readAt < readEvery) return;
		entry.readAt = now();
		try {
			entry.keys = derive(publicKey, await read(entry.presharedKeyFile)) ?? entry.keys;
		} catch {
			// The peers' duty reads the same file, and tells.
		}
	}

	/** A public key of low order has no secret. */
	function derive(publicKey: string, presharedKey: string | undefined): ProtocolKeys | undefined {
		try {
			return deriveKeys(privateKey, publicKey, "relay", presharedKey);
		} catch {
			return undefined;
		}
	}

	/** No two homes have one key: of those that did not change, each has its own still. */
	function forgetOthers(homes: Registry["homes"], few: ReadonlySet<string> | undefined): void {
		const keys = new Set<string>();
		for (const id of few ?? homes.keys()) {
			const home = homes.get(id);
			if (home) keys.add(home.publicKey);
		}
		const old = few ? [...few].flatMap((id) => before?.homes.get(id)?.publicKey ?? []) : entries.keys();
		for (const key of old) if (!keys.has(key)) entries.delete(key);
	}

	function generation(home: string): number {
		const found = generations.get(home) ?? firstGeneration();
		generations.set(home, found);
		return found;
	}

	function renew(home: string): void {
		generations.set(home, (generation(home) + 1) >>> 0 || 1);
		for (const listener of listeners) listener(home);
	}

	return {
		restore: spoken.restore,
		stop: spoken.stop,
		keysOf: (home) => entryOf(home).keys,
		doubt: (home) => void refresh(home.publicKey, entryOf(home)),
		hasSpoken: ({ publicKey }) => spoken.has(publicKey),
		spoke: ({ publicKey }) => spoken.add(publicKey),
		generation,
		renew,
		onRenewed: (listener) => void listeners.push(listener),
		keep(registry, changed) {
			const { homes, deferred } = registry;
			// Where two homes have claimed the same, now or before.
			const disputes = deferred.size > 0 || (before?.deferred.size ?? 0) > 0;
			const few = before && !disputes ? changed : undefined;
			forgetOthers(homes, few);
			for (const id of few ?? homes.keys()) {
				const home = homes.get(id);
				if (!home) continue;
				// A key that has to be read is there when its home speaks; the others are derived when it does.
				const entry = home.presharedKeyFile === undefined ? undefined : entryOf(home);
				if (!before) continue;
				if (entry) void refresh(home.publicKey, entry);
				const waits = (list: ReadonlySet<string>) => home.domains.filter((one) => list.has(one)).join();
				const moved = disputes && waits(before.deferred) !== waits(deferred);
				if (moved || !sameHome(before.homes.get(id), home)) renew(id);
			}
			before = registry;
		},
	};
}
