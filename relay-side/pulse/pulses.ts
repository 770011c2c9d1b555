import type { Address, Endpoint } from "../../shared/address.ts";
import type { RunCommand } from "../../shared/command.ts";
import type { Health } from "../../shared/health.ts";
import type { Metrics } from "../../shared/metrics.ts";
import { portTrouble } from "../../shared/port-holder.ts";
import { MINUTE } from "../../shared/time.ts";
import type { Identity, Known } from "../identity.ts";
import { homeNoisy, homeOutdated, pulseFailing, pulsePortTaken } from "./conditions.ts";
import type { PresenceBook } from "./presence.ts";
import { type Dropped, type PulseServer, servePulses } from "./server.ts";

export interface PulsesOptions {
	addresses: readonly Address[];
	port: number;
	homeAt(address: Address): Known | undefined;
	identity: Identity;
	/** Endpoint by public key, as WireGuard sees it now. */
	endpoints(): Promise<ReadonlyMap<string, Endpoint>>;
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

/** Milliseconds after the last pulse too many that a home counts as noisy. */
const noisyFor = 1 * MINUTE;

/** The same after the last pulse of the old version; an agent that was just upgraded may have sent one of each. */
const outdatedFor = 1 * MINUTE;

/** The homes' pulses: who is here, and who sends too many. */
export function createPulses(options: PulsesOptions): Pulses {
	const { addresses, port, homeAt, identity, endpoints, presence, health, metrics } = options;
	const now = options.now ?? (() => performance.now());
	const noisyUntil = new Map<string, number>();
	const outdatedUntil = new Map<string, number>();
	const answered = metrics.counter("pulses_total", "Pulses of homes");
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

	const server = servePulses({
		addresses,
		port,
		homeAt,
		identity,
		endpoints,
		onPulse(home, interval) {
			answered.add();
			presence.pulse(home, interval);
			if (noisyUntil.size > 0 && (noisyUntil.get(home) ?? 0) < now()) quiet(home);
		},
		onEndpoint: (home, endpoint) => presence.seenAt(home, endpoint),
		onDropped(reason, home) {
			dropped[reason].add();
			if (reason === "outdated" && home && !presence.of(home).here) {
				outdatedUntil.set(home, now() + outdatedFor);
				health.set(homeOutdated, home, undefined);
			}
			if (reason !== "rate" || !home) return;
			noisyUntil.set(home, now() + noisyFor);
			health.set(homeNoisy, home, undefined);
		},
		onTrouble: portTrouble({ run: options.run, taken: pulsePortTaken, failing: pulseFailing, health }),
	});

	return {
		...server,
		review() {
			for (const [home, until] of noisyUntil) if (until < now()) quiet(home);
			for (const [home, until] of outdatedUntil) {
				if (until >= now() && !presence.of(home).here) continue;
				outdatedUntil.delete(home);
				health.clear(homeOutdated, home);
			}
		},
	};
}
