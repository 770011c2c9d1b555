import { isIP } from "node:net";
import { type Address, type Endpoint, endpointText, familyOf } from "../../shared/address.ts";
import { createDuty, type Duty, type DutyRun } from "../../shared/duty.ts";
import type { Logger } from "../../shared/log.ts";
import { SECOND } from "../../shared/time.ts";
import type { TunnelInterface } from "../../shared/tunnel-interface.ts";
import type { Device } from "../../shared/wireguard.ts";
import { say } from "../../shared/words/say.ts";
import { endpointUnresolved, tunnelFailing } from "./conditions.ts";
import { type RelayEndpointOptions, relayEndpoint } from "./endpoint.ts";
import { next } from "./failover/failover.ts";
import {
	type Action,
	type AskHandshake,
	type Change,
	type LookAtPaths,
	type Observation,
	type State,
	stateAtFirst,
	type TimerName,
} from "./failover/state.ts";
import { type RelayPeerSettings, relayPeer } from "./peer.ts";
import { createReachability } from "./reachability.ts";
import { tunnelEvidence } from "./tunnel-evidence.ts";
import { tunnelHealth } from "./tunnel-health.ts";

export interface TunnelOptions extends Omit<RelayEndpointOptions, "relay"> {
	/** Whether the guard stands; nothing is done before. */
	guarded?: () => boolean;
	device: Pick<TunnelInterface, "ensure" | "wireguard">;
	relay: RelayPeerSettings & { host: string; port: number };
	/** True when the relay can be reached outside the tunnel. */
	pathWorks(relay: Address): Promise<boolean>;
	/** The interface is up and has our relay as its peer. */
	onUp(): void;
	/** A pulse may be answered now, be it that the path is back or that a handshake was forced. */
	onHope(): void;
	log: Logger;
	/** When our state was last saved before our start. */
	savedAt?: Date | undefined;
	/** When it last worked before our start, as far as that is remembered. */
	lastWorked?: Date | undefined;
	/** What changed around this moment (steady clock), or since the tunnel last worked. */
	changed?: ((moment: number) => readonly string[]) | undefined;
	now?: () => number;
	clock?: () => Date;
}

export interface Tunnel {
	duty: Duty;
	/** The relay answered a pulse. */
	answered(): void;
	/** No pulse was answered for so many milliseconds. */
	silent(milliseconds: number): void;
	/** The families with a default route changed, or the interface vanished. */
	lineChanged(): void;
	/** Our own IPv6 addresses changed. */
	addressesChanged(): void;
	/** True while pulses are answered. */
	up(): boolean;
	/** The outer endpoint in use. */
	endpoint(): Endpoint | undefined;
	/** While it is silent: whether WireGuard shakes hands, bytes arrive, and the relay is reached otherwise. */
	evidence(): string[];
}

/** For which pokes that only say that the tunnel is silent take the interface to be as it was. */
const ensureEvery = 10 * SECOND;

/**
 * Keeps our interface and its one peer as they should be, and revives a tunnel that does not answer: it observes, and
 * carries out what the failover decides. Longer than other files here: all of it is about one interface, one at a time.
 */
export function createTunnel(options: TunnelOptions): Tunnel {
	const { device, relay, health, log } = options;
	const now = options.now ?? (() => performance.now());
	const clock = options.clock ?? (() => new Date());
	const where = relayEndpoint(options);
	const reachability = createReachability(options.pathWorks);
	const peer = relayPeer(device.wireguard, relay, clock);
	const evidence = tunnelEvidence(clock);
	const isName = isIP(relay.host) === 0;
	const report = tunnelHealth({
		...{ host: relay.host, health, log, now, clock, savedAt: options.savedAt },
		lastWorked: options.lastWorked,
		changed: options.changed,
		evidence: evidence.lasting,
	});
	const timers = new Map<TimerName, NodeJS.Timeout>();
	let state: State = stateAtFirst;
	let ensuredAt = Number.NEGATIVE_INFINITY;
	let sourceStale = false;

	async function run({ subjects, signal }: DutyRun): Promise<void> {
		// A silent tunnel pokes each second, perhaps for hours; its interface need not be looked at as often.
		const ensured = now() - ensuredAt < ensureEvery && subjects.size === 1 && subjects.has("silent");
		if (!ensured) await ensure(signal);
		await see({
			kind: "run",
			answered: subjects.has("answered"),
			families: options.families(),
			other: other(),
			pointsElsewhere: pointsElsewhere(),
			best: where.best(state.settled),
		});
	}

	async function ensure(signal: AbortSignal): Promise<void> {
		let shown: Device | undefined;
		const done = await device.ensure(signal, (now) => {
			shown = now;
		});
		if (done.length > 0) {
			log.info(`tunnel interface set up: ${done.join(", ")}`);
			if (ensuredAt > 0)
				health.recent.note(say`the tunnel's interface was made right again: ${done.join(", ")}`);
		}
		await ensurePeer(signal, shown);
		ensuredAt = now();
		options.onUp();
	}

	async function ensurePeer(signal: AbortSignal, shown: Device | undefined): Promise<void> {
		const present = await peer.find(signal, shown);
		evidence.seePeer(present);
		if (present?.endpoint) decide({ kind: "sends-to", endpoint: present.endpoint });
		const endpoint = await endpointWanted(present?.endpoint === undefined);
		decide({ kind: "sends-to", endpoint });
		const refresh = sourceStale && familyOf(endpoint.address) === 6;
		sourceStale = false;
		if (present && !refresh && peer.isAsWanted(present, endpoint)) return;
		await peer.set(endpoint);
		if (refresh) log.debug("the tunnel's outer source address is chosen anew");
		else log.info({ relay: endpointText(endpoint) }, "the relay is set as the tunnel's peer");
	}

	/** Where the packets go, as long as they may travel in that family. */
	async function endpointWanted(isRemembered: boolean): Promise<Endpoint> {
		const { endpoint, settled } = state;
		if (!endpoint) return where.choose(settled);
		if (!where.allows(familyOf(endpoint.address))) return where.best(settled) ?? where.choose(settled);
		if (isRemembered || health.has(endpointUnresolved)) void where.resolve();
		return endpoint;
	}

	const other = () => state.endpoint && where.other(state.endpoint.address);
	const pointsElsewhere = () => state.endpoint !== undefined && !where.isKnown(state.endpoint.address);

	/** Tells the failover what was seen, and carries out what follows. */
	async function see(seen: Observation): Promise<void> {
		for (const action of decide(seen)) await carryOut(action);
	}

	function decide(seen: Observation): readonly Action[] {
		const outcome = next(state, { now: now(), ...seen });
		state = outcome.state;
		return outcome.actions;
	}

	function carryOut(action: Action): Promise<void> | void {
		switch (action.do) {
			case "run":
				return duty.poke(action.because, { urgent: action.because === "line-changed" });
			case "run-later":
				return runLater(action.timer, action.after);
			case "pulse":
				return options.onHope();
			case "learn-paths":
				return learnPaths();
			case "look-up":
				return lookUp();
			case "look-at-paths":
				return lookAtPaths(action);
			case "look-at-preferred":
				return lookAtPreferred();
			case "ask-handshake":
				return askHandshake(action);
			case "move":
			case "renew":
				return change(action);
		}
	}

	function runLater(timer: TimerName, after: number | undefined): void {
		clearTimeout(timers.get(timer));
		if (after === undefined) return;
		const subject = timer === "failback" ? undefined : "silent";
		timers.set(timer, setTimeout(() => duty.poke(subject), after).unref());
	}

	function learnPaths(): void {
		for (const one of [state.endpoint, other()]) if (one) void reachability.learn(one.address);
	}

	function lookUp(): void {
		void where.resolve().then((resolved) => {
			evidence.seeNames(resolved && isName);
			return see({ kind: "looked-up", resolved, pointsElsewhere: pointsElsewhere() });
		});
	}

	async function lookAtPaths({ inUse, other }: LookAtPaths): Promise<void> {
		const seen = await reachability.look(inUse?.address, other?.address);
		evidence.seePath(seen.otherPathUp ? true : seen.pathUp);
		await see({ kind: "looked", looked: { inUse, other, ...seen } });
	}

	async function lookAtPreferred(): Promise<void> {
		await where.resolve();
		const preferred = other();
		const pathUp = preferred !== undefined && (await options.pathWorks(preferred.address));
		await see({ kind: "looked-at-preferred", preferred, pathUp });
	}

	async function askHandshake({ step, looked }: AskHandshake): Promise<void> {
		const age = (await peer.handshakeAge()) * SECOND;
		await see({ kind: "handshake", age, step, looked });
	}

	async function change(action: Change): Promise<void> {
		const [from, to] = [endpointText(action.from), endpointText(action.to)];
		if (action.do === "move") await peer.set(action.to);
		else {
			if (action.newPort) await peer.changePort();
			await peer.renew(action.to);
		}
		await see({ kind: "carried-out", action });
		if (action.do === "renew") {
			log.debug({ endpoint: to }, "the peer was removed and added again to force a handshake");
			if (from !== to) log.info({ from, to }, `the relay is now tried at ${to}`);
		} else if (action.why) log.info({ from, to }, `the tunnel moves from ${from} to ${to}: ${action.why}`);
	}

	const duty = createDuty({
		name: "tunnel",
		run,
		allowed: options.guarded,
		deadline: 30 * SECOND,
		backoff: { first: 0.5 * SECOND, max: 10 * SECOND },
		failing: tunnelFailing,
		health,
		log,
	});

	return {
		duty,
		up: () => state.up,
		endpoint: () => state.endpoint,
		evidence: () => (state.up ? [] : evidence.sentences()),
		answered() {
			const wasUp = state.up;
			void see({ kind: "answered" });
			if (wasUp) return;
			report.up(state.endpoint);
			// The name server was behind the same line.
			if (health.has(endpointUnresolved)) duty.poke();
		},
		silent(milliseconds) {
			const wasUp = state.up;
			const lineUp = options.families().size > 0;
			void see({ kind: "silent", milliseconds, lineUp });
			report.silent({ milliseconds, wasUp, lineUp, shakesHands: state.shakesHands });
		},
		lineChanged() {
			void see({ kind: "line-changed" });
		},
		addressesChanged() {
			if (!state.endpoint || familyOf(state.endpoint.address) === 4) return;
			// WireGuard keeps the source address that it once chose, also when that is deprecated (its dst_cache).
			sourceStale = true;
			duty.poke(undefined, { urgent: true });
		},
	};
}
