import type { Endpoint } from "../../shared/address.ts";
import { endpointText } from "../../shared/address.ts";
import type { Health } from "../../shared/health.ts";
import type { Logger } from "../../shared/log.ts";
import { momentText } from "../../shared/proof.ts";
import { SECOND } from "../../shared/time.ts";
import { fallsBehind, homeAway } from "./conditions.ts";
import { createListening, lookEvery } from "./listening.ts";

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
	/** The homes that there are now; others are forgotten. `changed` names those that may have come or gone, if that is known. */
	keep(homes: Pick<ReadonlySet<string>, "has" | "keys">, changed?: Iterable<string>): void;
	start(): void;
	stop(): void;
}

/** Pulses that may be missed. */
const missed = 3;

/** What we take for the interval until a home says its own, in milliseconds. */
const usualInterval = 1_000;

/** Milliseconds of work for homes that went away until pulses are read again: thousands may go at once. */
const slice = 5;

/** Milliseconds that we must have stood still within a minute to say so. */
const behind = 3 * SECOND;

/** What is kept of a home; its times are plain numbers, which change in place with each pulse. */
interface Entry extends Omit<Presence, "lastSeen" | "lastPulse"> {
	/** NaN while there was none. */
	lastPulse: number;
	/** The same by the clock of our listening. */
	heard: number;
}

/**
 * Knows from the pulses which home is here and which is away. Only time in which we listened counts as silence, and
 * what waits in the sockets is heard first: else one pause of ours would make all homes go, and the work of that would
 * be the next pause.
 */
export function createPresence(options: {
	health: Health;
	log: Logger;
	/** A home came, went, moved, or (undefined) is no longer served. */
	onChange(home: string, now: Presence | undefined): void;
	/** What may have silenced a home, whose last pulse came then (steady clock), in words. */
	changed?: (home: string, lastPulse: number | undefined) => string | undefined;
	/** Calls when every datagram that had come by now was read. */
	caughtUp?: (then: () => void) => void;
	now?: () => number;
}): PresenceBook {
	const { health, log } = options;
	const now = options.now ?? (() => performance.now());
	const caughtUp = options.caughtUp ?? ((then) => then());
	const listening = createListening(now);
	const homes = new Map<string, Entry>();
	/** When we began, and the homes that there were then. */
	const startedAt = new Date();
	let known: ReadonlySet<string> | undefined;
	let timer: NodeJS.Timeout | undefined;
	let catchingUp = false;
	let judging = false;

	const unseen = (): Entry => ({
		here: false,
		lastPulse: Number.NaN,
		interval: usualInterval,
		endpoint: undefined,
		since: now(),
		heard: listening.now(),
	});

	function entry(home: string): Entry {
		const found = homes.get(home);
		if (found) return found;
		const fresh = unseen();
		homes.set(home, fresh);
		return fresh;
	}

	function shown(entry: Entry): Presence {
		const { heard, ...presence } = entry;
		return { ...presence, lastPulse: lastPulse(entry), lastSeen: lastSeen(entry) };
	}

	/** ISO 8601, by the clock of the world as it is now. */
	function lastSeen(entry: Entry): string | undefined {
		const at = lastPulse(entry);
		return at === undefined ? undefined : new Date(Date.now() - (now() - at)).toISOString();
	}

	function tell(home: string, presence: Entry): void {
		options.onChange(home, shown(presence));
	}

	function look(): void {
		if (catchingUp) return;
		listening.looked();
		sayWhetherBehind();
		if (judging || !someMayGo()) return;
		catchingUp = true;
		caughtUp(() => {
			catchingUp = false;
			listening.looked();
			judging = true;
			judge(homes.entries());
		});
	}

	/** Mostly nobody: then nothing has to be heard first, and nobody to be judged. */
	function someMayGo(): boolean {
		for (const [home, presence] of homes)
			if (isSilent(presence) && (presence.here || !health.has(homeAway, home))) return true;
		return false;
	}

	function sayWhetherBehind(): void {
		const stood = listening.stoodStill();
		if (stood > behind) health.set(fallsBehind, "", { seconds: inTens(stood / SECOND) });
		else if (health.has(fallsBehind, "")) health.clear(fallsBehind, "");
	}

	/** Between two slices pulses are heard, and homes may come or be removed. */
	function judge(rest: MapIterator<[string, Entry]>): void {
		const began = now();
		for (let next = rest.next(); !next.done; next = rest.next()) {
			const [home, presence] = next.value;
			if (!timer) break;
			if (!isSilent(presence)) continue;
			leave(home, presence);
			if (now() - began <= slice) continue;
			setImmediate(judge, rest);
			return;
		}
		judging = false;
	}

	function isSilent({ heard, interval }: Entry): boolean {
		return listening.now() - heard > missed * interval;
	}

	function leave(home: string, presence: Entry): void {
		if (presence.here) goAway(home, presence);
		if (!health.has(homeAway, home)) {
			health.set(homeAway, home, {
				seen: lastSeen(presence),
				started: known?.has(home) ? momentText(startedAt) : undefined,
				changed: options.changed?.(home, lastPulse(presence)),
			});
		}
	}

	function goAway(home: string, presence: Entry): void {
		presence.here = false;
		presence.since = now();
		log.info({ home }, `home ${home} went away`);
		tell(home, presence);
	}

	return {
		// Who only asks makes no entry: a home that was removed would be away for ever.
		of: (home) => shown(homes.get(home) ?? unseen()),
		pulse(home, interval) {
			const presence = entry(home);
			presence.heard = listening.now();
			presence.lastPulse = now();
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
			if (!presence || presence.endpoint === endpoint) return;
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
		keep(ids, changed) {
			const few = known && changed;
			known ??= new Set(ids.keys());
			for (const home of few ?? [...ids.keys(), ...homes.keys()]) {
				if (ids.has(home)) {
					if (!homes.has(home)) tell(home, entry(home));
				} else if (homes.delete(home)) {
					health.clear(homeAway, home);
					options.onChange(home, undefined);
				}
			}
		},
		start() {
			listening.begin();
			timer = setInterval(look, lookEvery);
		},
		stop() {
			clearInterval(timer);
			timer = undefined;
		},
	};
}

function lastPulse({ lastPulse }: Entry): number | undefined {
	return Number.isNaN(lastPulse) ? undefined : lastPulse;
}

/** Figures in a sentence change in steps, or each look would say another. */
function inTens(seconds: number): number {
	return Math.max(10 * Math.round(seconds / 10), 5);
}
