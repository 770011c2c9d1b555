import { type Address, type Endpoint, endpointText, familyOf } from "../../shared/address.ts";
import { createDuty, type Duty, type DutyRun } from "../../shared/duty.ts";
import type { Logger } from "../../shared/log.ts";
import type { TunnelInterface } from "../../shared/tunnel-interface.ts";
import { hostNetwork, type Peer, type PeerSettings } from "../../shared/wireguard.ts";
import { endpointUnresolved, lineDown, tunnelDown, tunnelFailing } from "../conditions.ts";
import { createComeback } from "./comeback.ts";
import { createPaths } from "./paths.ts";
import { chance, createRecovery, type Step, sessionLife } from "./recovery.ts";
import { type RelayEndpointOptions, relayEndpoint } from "./relay-endpoint.ts";

export interface TunnelOptions extends Omit<RelayEndpointOptions, "relay"> {
	/** Whether the guard stands; nothing is done before. */
	guarded?: () => boolean;
	device: Pick<TunnelInterface, "ensure" | "wireguard">;
	relay: {
		host: string;
		port: number;
		publicKey: string;
		addresses: readonly Address[];
		presharedKeyFile: string | undefined;
		/** Stands for the key in that file. */
		presharedKeyMark: string | undefined;
	};
	/** True when the relay can be reached outside the tunnel. */
	pathWorks(relay: Address): Promise<boolean>;
	/** The interface is up and has our relay as its peer. */
	onUp(): void;
	/** A pulse may be answered now, be it that the path is back or that a handshake was forced. */
	onHope(): void;
	log: Logger;
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
}

/** Seconds between WireGuard's own keepalives: they hold the NAT open should the agent not run. */
const keepalive = 25;

/** The subject of a poke that follows an answer, while that matters. */
const answer = "answer";

/** The subject of a poke that only says that the tunnel is silent. */
const silence = "silence";

/** Milliseconds for which such pokes take the interface to be as it was. */
const ensureEvery = 10_000;

/** Seconds for which a session counts as new; and, when the relay made it with us in this silence, as good. */
const newFor = 3;
const goodFor = 15;

/** Milliseconds until a next step that are not left to the next of such pokes. */
const sooner = 1_000;

/** Keeps our interface and its one peer as they should be, and revives a tunnel that does not answer. */
export function createTunnel(options: TunnelOptions): Tunnel {
	const { device, relay, health, log } = options;
	const now = options.now ?? (() => performance.now());
	const clock = options.clock ?? (() => new Date());
	const recovery = createRecovery();
	const comeback = createComeback();
	const where = relayEndpoint(options);
	const paths = createPaths(options.pathWorks);
	let endpoint: Endpoint | undefined;
	let ensuredAt = Number.NEGATIVE_INFINITY;
	let sourceStale = false;
	let silentFor = 0;
	let nextStep: NodeJS.Timeout | undefined;
	let answers = false;
	/** The peer was renewed in this silence, and its path was up ever since: any handshake that is told of came after. */
	let renewed = false;
	/** When the name was first seen to point elsewhere, in this silence. */
	let movedAt: number | undefined;
	let down: { since: number; lastAnswer: string } | undefined;

	async function run({ subjects, signal }: DutyRun): Promise<void> {
		// A silent tunnel pokes each second, perhaps for hours; its interface need not be looked at as often.
		const looked = now() - ensuredAt < ensureEvery && subjects.size === 1 && subjects.has(silence);
		if (!looked) await ensure(signal);
		if (silentFor > 0) await revive();
		else if (comeback.trying()) {
			if (subjects.has(answer)) await seeTry();
		} else if (answers) await comeBack();
	}

	async function ensure(signal: AbortSignal): Promise<void> {
		const done = await device.ensure(signal);
		if (done.length > 0) log.info(`tunnel interface set up: ${done.join(", ")}`);
		await ensurePeer(signal);
		ensuredAt = now();
		options.onUp();
	}

	async function ensurePeer(signal: AbortSignal): Promise<void> {
		const peers = (await device.wireguard.device(signal))?.peers ?? [];
		const strangers = peers
			.filter((peer) => peer.publicKey !== relay.publicKey)
			.map((peer) => peer.publicKey);
		if (strangers.length > 0) await device.wireguard.removePeers(strangers);
		const present = relayAmong(peers);
		if (present?.endpoint) endpoint = present.endpoint;
		if (!endpoint) endpoint = await where.choose();
		else if (!where.allows(familyOf(endpoint.address))) endpoint = where.best() ?? (await where.choose());
		else if (!present?.endpoint || health.has(endpointUnresolved)) lookUp();
		const refresh = sourceStale && familyOf(endpoint.address) === 6;
		sourceStale = false;
		if (present && !refresh && matches(present, settings())) return;
		await device.wireguard.setPeers([settings()]);
		if (refresh) log.debug("the tunnel's outer source address is chosen anew");
		else log.info({ relay: endpointText(endpoint) }, "the relay is set as the tunnel's peer");
	}

	function relayAmong(peers: readonly Peer[]): Peer | undefined {
		return peers.find(({ publicKey }) => publicKey === relay.publicKey);
	}

	function settings(): PeerSettings {
		return {
			publicKey: relay.publicKey,
			endpoint,
			allowed: relay.addresses,
			presharedKeyFile: relay.presharedKeyFile,
			keepalive,
		};
	}

	function matches(present: Peer, wanted: PeerSettings): boolean {
		return (
			present.endpoint !== undefined &&
			endpointText(present.endpoint) === endpointText(wanted.endpoint!) &&
			present.keepalive === keepalive &&
			present.presharedKeyMark === relay.presharedKeyMark &&
			[...present.allowed].sort().join() === [...relay.addresses].map(hostNetwork).sort().join()
		);
	}

	/** Takes the step that is due for a silent tunnel, if one is. */
	async function revive(): Promise<void> {
		const back = comeback.failed();
		if (back) {
			await moveTo(back, "it does not answer there");
			return options.onHope();
		}
		const moved = movedTo();
		if (moved) {
			recovery.renewed(now());
			await renewAt(moved);
			return options.onHope();
		}
		const elsewhere = where.other(endpoint!.address);
		const lineUp = options.families().has(familyOf(endpoint!.address)) || elsewhere !== undefined;
		const { pathUp, pathIsBack, otherPathUp } = await paths(
			lineUp ? endpoint!.address : undefined,
			elsewhere?.address,
		);
		if (silentFor === 0) return;
		if (pathIsBack) renewed = false;
		let hope = pathIsBack;
		const step = recovery.next({ now: now(), silentFor, lineUp, pathUp, otherPathUp });
		if (step === "other-family" && pathUp === false && otherPathUp && silentFor < sessionLife) {
			// The relay has most likely not forgotten us: a handshake, and a name to resolve, would only cost time.
			await moveTo(elsewhere!, `IPv${familyOf(endpoint!.address)} does not reach the relay`);
			hope = true;
		} else if (step) hope = (await take(step, pathUp)) || hope;
		if (hope) options.onHope();
		const wait = recovery.dueIn(now());
		clearTimeout(nextStep);
		if (wait > 0 && wait < sooner) nextStep = setTimeout(() => duty.poke(silence), wait).unref();
	}

	/** Returns whether a pulse may be answered now: a handshake was forced, or the relay's own came before us. */
	async function take(step: Step, pathUp: boolean | undefined): Promise<boolean> {
		lookUp();
		if (step === "look-up") return false;
		const session = await secondsSinceHandshake();
		if (session < (renewed ? goodFor : newFor)) return true;
		const other = where.other(endpoint!.address);
		// A relay that shakes hands and answers no pulse does not run heimweg-relay: it would not in the other family.
		const handshakes = renewed && session < Number.POSITIVE_INFINITY;
		if (step === "other-family" && other && !handshakes) {
			if (pathUp) comeback.distrust(now());
			where.settleOn(familyOf(other.address));
			await renewAt(other);
		} else await renewAt(endpoint!);
		return true;
	}

	/** Infinite when there was none since the peer was added; the session of a new one must not be thrown away. */
	async function secondsSinceHandshake(): Promise<number> {
		const peer = relayAmong((await device.wireguard.device())?.peers ?? []);
		if (!peer?.latestHandshake) return Number.POSITIVE_INFINITY;
		// By the wall clock, which may have been set meanwhile.
		const age = clock().getTime() / 1_000 - peer.latestHandshake;
		return age >= 0 ? age : sessionLife / 1_000;
	}

	/** Has the relay's name resolved. Nobody waits for it: the name server may be behind the same dead line. */
	function lookUp(): void {
		void where.resolve().then((answered) => {
			if (!answered || silentFor === 0 || where.isKnown(endpoint!.address)) return;
			movedAt ??= now();
			// A timer may fire a moment early.
			setTimeout(() => duty.poke(silence), chance + 10).unref();
		});
	}

	/** Where the relay's name points to now that it was looked up in this silence and points elsewhere. */
	function movedTo(): Endpoint | undefined {
		if (movedAt === undefined || now() - movedAt < chance) return undefined;
		movedAt = undefined;
		return where.isKnown(endpoint!.address) ? undefined : where.best();
	}

	async function renewAt(to: Endpoint): Promise<void> {
		const [before, after] = [endpointText(endpoint!), endpointText(to)];
		endpoint = to;
		await device.wireguard.renewPeer(settings());
		renewed = true;
		log.debug({ endpoint: after }, "the peer was removed and added again to force a handshake");
		if (after !== before) log.info({ from: before, to: after }, `the relay is now tried at ${after}`);
	}

	/** Goes back to IPv4, which is preferred, when the relay can be reached there again. */
	async function comeBack(): Promise<void> {
		const from = endpoint!;
		if (familyOf(from.address) === 4 || !options.families().has(4) || !comeback.due(now())) return;
		await where.resolve();
		const four = where.other(from.address);
		if (!four || !(await options.pathWorks(four.address)) || !answers) {
			setTimeout(() => duty.poke(), comeback.pause()).unref();
			return;
		}
		comeback.begin(from);
		await moveTo(four, "IPv4 works again");
		options.onHope();
	}

	/** What the relay sent before it saw us move takes WireGuard back to where that came from. */
	async function seeTry(): Promise<void> {
		const four = familyOf(endpoint!.address) === 4 ? undefined : where.other(endpoint!.address);
		if (!comeback.answered(four === undefined) || !four) return;
		endpoint = four;
		await device.wireguard.setPeers([settings()]);
		options.onHope();
	}

	/** Sends the tunnel's packets elsewhere; the session lives on, and the relay follows with the first of them. */
	async function moveTo(to: Endpoint, why: string): Promise<void> {
		const from = endpointText(endpoint!);
		endpoint = to;
		where.settleOn(familyOf(to.address));
		await device.wireguard.setPeers([settings()]);
		renewed = false;
		log.info({ from, to: endpointText(to) }, `the tunnel moves from ${from} to ${endpointText(to)}: ${why}`);
	}

	const duty = createDuty({
		name: "tunnel",
		run,
		allowed: options.guarded,
		deadline: 30_000,
		backoff: { first: 500, max: 10_000 },
		failing: tunnelFailing,
		health,
		log,
	});

	return {
		duty,
		up: () => answers,
		endpoint: () => endpoint,
		answered() {
			silentFor = 0;
			movedAt = undefined;
			renewed = false;
			if (comeback.trying()) duty.poke(answer);
			if (answers) return;
			answers = true;
			recovery.over();
			const span = down === undefined ? "" : ` after ${((now() - down.since) / 1000).toFixed(1)} s`;
			log.info({ relay: endpoint && endpointText(endpoint) }, `tunnel up${span}`);
			down = undefined;
			health.clear(tunnelDown);
			health.clear(lineDown);
			// The name server was behind the same line.
			if (health.has(endpointUnresolved)) duty.poke();
		},
		silent(milliseconds) {
			silentFor = milliseconds;
			down ??= {
				since: now() - milliseconds,
				lastAnswer: answers
					? `the last one came at ${timeOf(clock().getTime() - milliseconds)}`
					: "none since heimweg started",
			};
			answers = false;
			if (options.families().size === 0) health.set(lineDown, "", undefined);
			else {
				health.clear(lineDown);
				health.set(tunnelDown, "", { relay: relay.host, lastAnswer: down.lastAnswer });
			}
			// Without a line there is nothing to revive; netlink tells of its return.
			if (options.families().size > 0) duty.poke(silence);
		},
		lineChanged() {
			recovery.hope(now());
			comeback.hope();
			duty.poke(undefined, { news: true });
		},
		addressesChanged() {
			if (!endpoint || familyOf(endpoint.address) === 4) return;
			// WireGuard keeps the source address that it once chose, also when that is deprecated (its dst_cache).
			sourceStale = true;
			duty.poke(undefined, { news: true });
		},
	};
}

function timeOf(milliseconds: number): string {
	return `${new Date(milliseconds).toISOString().slice(11, 19)} UTC`;
}
