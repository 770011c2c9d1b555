import type { Endpoint } from "../../shared/address.ts";
import { endpointText } from "../../shared/address.ts";
import type { Health } from "../../shared/health.ts";
import type { Logger } from "../../shared/log.ts";
import { homeAway } from "./conditions.ts";

/** What the relay knows of a home's presence; times in milliseconds on a steady clock. */
export interface Presence {
	here: boolean;
	/** Of the last pulse; undefined when there was none since our start. */
	lastPulse: number | undefined;
	/** ISO 8601 of the same. */
	lastSeen: string | undefined;
	/** Its pulses' interval, milliseconds. */
	interval: number;
	endpoint: Endpoint | undefined;
	/** Since when the home is away or here; our start at first. */
	since: number;
}

export interface PresenceBook {
	/** A pulse came from this home, with the interval that it says. */
	pulse(home: string, interval: number): void;
	/** WireGuard sees this home under this endpoint. */
	seenAt(home: string, endpoint: Endpoint): void;
	of(home: string): Presence;
	/** The homes that there are now, others are forgotten; and which of them changed just now. */
	keep(homes: Iterable<string>, changed?: Iterable<string>): void;
	start(): void;
	stop(): void;
}

/** Pulses that may be missed. */
const missed = 3;

/** What we take for the interval until a home says its own, in milliseconds. */
const usualInterval = 1_000;

/** Milliseconds between two looks for homes that went away. */
const lookEvery = 500;

/** Milliseconds before a home's last pulse in which a change of its file is told with its absence. */
const justBefore = 30_000;

/** Knows from the pulses which home is here and which is away. */
export function createPresence(options: {
	health: Health;
	log: Logger;
	/** A home came, went, moved, or (undefined) is no longer served. */
	onChange(home: string, now: Presence | undefined): void;
	now?: () => number;
}): PresenceBook {
	const { health, log } = options;
	const now = options.now ?? (() => performance.now());
	const homes = new Map<string, Presence>();
	/** When a home's file last changed what is served. */
	const changedAt = new Map<string, number>();
	let timer: NodeJS.Timeout | undefined;

	const unseen = (): Presence => ({
		here: false,
		lastPulse: undefined,
		lastSeen: undefined,
		interval: usualInterval,
		endpoint: undefined,
		since: now(),
	});

	function entry(home: string): Presence {
		const found = homes.get(home) ?? unseen();
		homes.set(home, found);
		return found;
	}

	function tell(home: string, presence: Presence): void {
		options.onChange(home, { ...presence });
	}

	function look(): void {
		for (const [home, presence] of homes) {
			const quiet = now() - (presence.lastPulse ?? presence.since);
			if (quiet <= missed * presence.interval) continue;
			if (presence.here) leave(home, presence);
			if (!health.has(homeAway, home))
				health.set(homeAway, home, { seen: presence.lastSeen, changed: changeBefore(home, presence) });
		}
	}

	/** What changed just before the last pulse, or since: it is the likeliest cause. */
	function changeBefore(home: string, { lastPulse }: Presence): string | undefined {
		const at = changedAt.get(home);
		if (at === undefined || lastPulse === undefined || at < lastPulse - justBefore) return undefined;
		const seconds = (Math.abs(lastPulse - at) / 1_000).toFixed(1);
		return `${home}.toml changed ${seconds} s ${at < lastPulse ? "before" : "after"} that`;
	}

	function leave(home: string, presence: Presence): void {
		presence.here = false;
		presence.since = now();
		log.info({ home }, `home ${home} went away`);
		tell(home, presence);
	}

	return {
		// Who only asks makes no entry: a home that was removed would be away for ever.
		of: (home) => ({ ...(homes.get(home) ?? unseen()) }),
		pulse(home, interval) {
			const presence = entry(home);
			presence.lastPulse = now();
			presence.lastSeen = new Date().toISOString();
			presence.interval = interval;
			if (presence.here) return;
			presence.here = true;
			const away = presence.since;
			presence.since = now();
			health.clear(homeAway, home);
			log.info({ home }, `home ${home} is here, after ${((now() - away) / 1000).toFixed(1)} s`);
			tell(home, presence);
		},
		seenAt(home, endpoint) {
			// The answer of `wg` may come after the home was removed: it must not bring it back.
			const presence = homes.get(home);
			if (!presence) return;
			const from = presence.endpoint && endpointText(presence.endpoint);
			const to = endpointText(endpoint);
			if (from === to) return;
			presence.endpoint = endpoint;
			log.info(
				{ home, from: from ?? null, to },
				from ? `home ${home} moved from ${from} to ${to}` : `home ${home} is at ${to}`,
			);
			tell(home, presence);
		},
		keep(ids, changed = []) {
			const kept = new Set(ids);
			for (const home of changed) changedAt.set(home, now());
			for (const home of changedAt.keys()) if (!kept.has(home)) changedAt.delete(home);
			const fresh = [...kept].filter((home) => !homes.has(home));
			for (const home of fresh) tell(home, entry(home));
			for (const home of homes.keys()) {
				if (kept.has(home)) continue;
				homes.delete(home);
				health.clear(homeAway, home);
				options.onChange(home, undefined);
			}
		},
		start() {
			timer = setInterval(look, lookEvery);
		},
		stop() {
			clearInterval(timer);
		},
	};
}
