import type { Address, Endpoint } from "../../shared/address.ts";
import type { RunCommand } from "../../shared/command.ts";
import type { Health } from "../../shared/health.ts";
import type { Metrics } from "../../shared/metrics.ts";
import { portTrouble } from "../../shared/port-holder.ts";
import { type BucketSize, keyedBucket } from "../../shared/rate.ts";
import { MINUTE, SECOND } from "../../shared/time.ts";
import type { Identity, Known } from "../identity.ts";
import { homeNoisy, homeOutdated, pulseFailing, pulsePortTaken } from "./conditions.ts";
import type { PresenceBook } from "./presence.ts";
import { type Dropped, type PulseServer, servePulses } from "./server.ts";

export interface PulsesOptions {
	addresses: readonly Address[];
	port: number;
	homeAt(address: Address): Known | undefined;
	identity: Identity;
	/** Endpoint by public key, as WireGuard sees it now; the same object for what has not changed. */
	endpoints(): Promise<ReadonlyMap<string, Endpoint>>;
	/** Whether somebody calls `stir` when a home's packets come from elsewhere. */
	sourcesFollowed?(): boolean;
	presence: PresenceBook;
	run: RunCommand;
	health: Health;
	metrics: Metrics;
	/** Milliseconds, steadily growing. */
	now?: () => number;
}

export interface Pulses extends PulseServer {
	/** Ends what is over by now. */
	review(): void;
}

/** Datagrams that are no pulses: so many come by chance. More, and some program at the home makes its agent unheard. */
const garbage: BucketSize = { most: 150, every: SECOND / 5 };

/** Milliseconds after the last pulse too many that a home counts as noisy. */
const noisyFor = 1 * MINUTE;

/** The same after the last pulse of the old version; and how long they must have come before it is told. */
const outdatedFor = 1 * MINUTE;
const outdatedAfter = 10 * SECOND;

/** The homes' pulses: who is here, and who sends too many. */
export function createPulses(options: PulsesOptions): Pulses {
	const { addresses, port, homeAt, identity, endpoints, presence, health, metrics } = options;
	const now = options.now ?? (() => performance.now());
	const takeGarbage = keyedBucket(garbage);
	const noisyUntil = new Map<string, number>();
	/** Homes that are away and send pulses of the old version: since when, and when last. */
	const outdated = new Map<string, { since: number; last: number }>();
	const answered = metrics.counter("pulses_total", "Pulses of homes");
	const unproven = metrics.counter(
		"pulses_unproven_total",
		"Pulses of homes that may be recordings: answered, and otherwise without effect",
	);
	const dropped: Record<Dropped, { add(): void }> = {
		stranger: metrics.counter("pulses_from_strangers_total", "Datagrams from addresses that are no home's"),
		garbage: metrics.counter("pulses_garbage_total", "Datagrams of homes that were no pulse"),
		replay: metrics.counter("pulses_replayed_total", "Pulses of homes that came before"),
		outdated: metrics.counter("pulses_outdated_total", "Pulses of an older version than the home speaks"),
		rate: metrics.counter("pulses_over_rate_total", "Pulses over 5 a second from one home"),
	};

	function quiet(home: string): void {
		if (noisyUntil.delete(home)) health.clear(homeNoisy, home);
	}

	/** At first contact an agent sends pulses of both versions: what that is shows when it lasts. */
	function seeOutdated(home: string): void {
		const { since } = outdated.get(home) ?? { since: now() };
		outdated.set(home, { since, last: now() });
		if (now() - since >= outdatedAfter) health.set(homeOutdated, home, undefined);
	}

	function upToDate(home: string): void {
		if (outdated.delete(home)) health.clear(homeOutdated, home);
	}

	const reads = metrics.counter("endpoint_reads_total", "How often WireGuard was asked where the homes are");
	const { sourcesFollowed } = options;
	const server = servePulses({
		...{ addresses, port, homeAt, identity, ...(sourcesFollowed && { sourcesFollowed }) },
		endpoints() {
			reads.add();
			return endpoints();
		},
		onPulse(home, interval) {
			answered.add();
			presence.pulse(home, interval);
			if (outdated.size > 0 && presence.of(home).here) upToDate(home);
			if (noisyUntil.size > 0 && (noisyUntil.get(home) ?? 0) < now()) quiet(home);
		},
		onUnproven: () => unproven.add(),
		onEndpoint: (home, endpoint) => presence.seenAt(home, endpoint),
		onDropped(reason, home) {
			dropped[reason].add();
			if (reason === "outdated" && home && !presence.of(home).here) seeOutdated(home);
			const flood = reason === "rate" || (reason === "garbage" && home && !takeGarbage(home));
			if (!flood || !home) return;
			noisyUntil.set(home, now() + noisyFor);
			health.set(homeNoisy, home, undefined);
		},
		onTrouble: portTrouble({ run: options.run, taken: pulsePortTaken, failing: pulseFailing, health }),
	});

	return {
		...server,
		review() {
			for (const [home, until] of noisyUntil) if (until < now()) quiet(home);
			for (const [home, { last }] of outdated)
				if (now() - last > outdatedFor || presence.of(home).here) upToDate(home);
		},
	};
}
