import { type Address, type Endpoint, endpointText, familyOf } from "../../shared/address.ts";
import { createDuty, type Duty, type DutyRun } from "../../shared/duty.ts";
import type { Logger } from "../../shared/log.ts";
import type { TunnelInterface } from "../../shared/tunnel-interface.ts";
import { createComeback } from "./comeback.ts";
import { endpointUnresolved, lineDown, relayMute, tunnelDown, tunnelFailing } from "./conditions.ts";
import { type RelayEndpointOptions, relayEndpoint } from "./endpoint.ts";
import { movedName } from "./moved-name.ts";
import { type RelayPeerSettings, relayPeer } from "./peer.ts";
import { createPaths } from "./reachability.ts";
import { createRecovery, type Step, sessionLife } from "./recovery.ts";

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

/** The subject of a poke that follows an answer, while that matters. */
const answer = "answer";

/** The subject of a poke that only says that the tunnel is silent. */
const silence = "silence";

/** Milliseconds for which such pokes take the interface to be as it was. */
const ensureEvery = 10_000;

/** Seconds for which a session counts as new. */
const newFor = 3;

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
	const name = movedName({
		where,
		silentAt: () => (silentFor > 0 ? endpoint?.address : undefined),
		onMove: () => duty.poke(silence),
		now,
	});
	const peer = relayPeer(device.wireguard, relay, clock);
	let endpoint: Endpoint | undefined;
	let ensuredAt = Number.NEGATIVE_INFINITY;
	let sourceStale = false;
	let silentFor = 0;
	let nextStep: NodeJS.Timeout | undefined;
	let answers = false;
	/** The peer was renewed in this silence, and its path was up ever since: any handshake that is told of came after. */
	let renewed = false;
	/** Such a handshake was seen. */
	let shakesHands = false;
	let down: { since: number; lastAnswer: string } | undefined;

	async function run({ subjects, signal }: DutyRun): Promise<void> {
		// A silent tunnel pokes each second, perhaps for hours; its interface need not be looked at as often.
		const looked = now() - ensuredAt < ensureEvery && subjects.size === 1 && subjects.has(silence);
		if (!looked) await ensure(signal);
		if (silentFor > 0) await revive();
		else if (comeback.trying()) {
			if (subjects.has(answer)) await seeTry();
		} else if (answers) {
			learnPaths();
			await comeBack();
		}
	}

	async function ensure(signal: AbortSignal): Promise<void> {
		const done = await device.ensure(signal);
		if (done.length > 0) log.info(`tunnel interface set up: ${done.join(", ")}`);
		await ensurePeer(signal);
		ensuredAt = now();
		options.onUp();
	}

	async function ensurePeer(signal: AbortSignal): Promise<void> {
		const present = await peer.find(signal);
		if (present?.endpoint) endpoint = present.endpoint;
		if (!endpoint) endpoint = await where.choose();
		else if (!where.allows(familyOf(endpoint.address))) endpoint = where.best() ?? (await where.choose());
		else if (!present?.endpoint || health.has(endpointUnresolved)) void where.resolve();
		const refresh = sourceStale && familyOf(endpoint.address) === 6;
		sourceStale = false;
		if (present && !refresh && peer.isAsWanted(present, endpoint)) return;
		await peer.set(endpoint);
		if (refresh) log.debug("the tunnel's outer source address is chosen anew");
		else log.info({ relay: endpointText(endpoint) }, "the relay is set as the tunnel's peer");
	}

	/** While the tunnel answers: what cannot be reached outside it now tells nothing later. */
	function learnPaths(): void {
		const addresses = [endpoint?.address, endpoint && where.other(endpoint.address)?.address];
		for (const address of addresses) if (address) void paths.learn(address);
	}

	/** Takes the step that is due for a silent tunnel, if one is. */
	async function revive(): Promise<void> {
		const back = comeback.failed();
		if (back && options.families().has(familyOf(back.address))) {
			await moveTo(back, "it does not answer there");
			return options.onHope();
		}
		const moved = name.movedTo();
		if (moved) {
			recovery.renewed(now());
			await renewAt(moved);
			return options.onHope();
		}
		name.lookUp();
		const elsewhere = where.other(endpoint!.address);
		const lineUp = options.families().has(familyOf(endpoint!.address)) || elsewhere !== undefined;
		const { pathUp, pathIsBack, otherPathUp } = await paths.look(
			lineUp ? endpoint!.address : undefined,
			elsewhere?.address,
		);
		if (pathIsBack) forgetHandshakes();
		if (renewed && recovery.dueIn(now()) === 0) shakesHands = (await peer.handshakeAge()) < Infinity;
		if (silentFor === 0) return;
		const hasOther = elsewhere !== undefined;
		const step = recovery.next({
			now: now(),
			silentFor,
			lineUp,
			pathUp,
			otherPathUp,
			hasOther,
			shakesHands,
		});
		const hope = step !== undefined && (await take(step, elsewhere, pathUp));
		if (hope || pathIsBack) options.onHope();
		const wait = recovery.dueIn(now());
		clearTimeout(nextStep);
		if (wait > 0 && wait < sooner) nextStep = setTimeout(() => duty.poke(silence), wait).unref();
	}

	/** Returns whether a pulse may be answered now: a handshake was forced, or the relay's own came before us. */
	async function take(
		step: Step,
		other: Endpoint | undefined,
		pathUp: boolean | undefined,
	): Promise<boolean> {
		const session = await peer.handshakeAge();
		if (silentFor === 0) return false;
		if (step === "follow-path" && other) {
			const [from, to] = [familyOf(endpoint!.address), familyOf(other.address)];
			const why = pathUp ? `IPv${to} reaches the relay again` : `IPv${from} does not reach the relay`;
			if (session < sessionLife / 1_000) await moveTo(other, why);
			else await renewIn(other);
		} else if (session < newFor) {
			// What the relay made with us just now must not be thrown away.
		} else if (step === "other-family" && other) {
			if (pathUp) comeback.distrust(now());
			await renewIn(other);
		} else {
			if (step === "new-port") await peer.changePort();
			await renewAt(endpoint!);
		}
		return true;
	}

	function forgetHandshakes(): void {
		renewed = false;
		shakesHands = false;
	}

	/** In the other family, which is the better one for now. */
	async function renewIn(other: Endpoint): Promise<void> {
		where.settleOn(familyOf(other.address));
		await renewAt(other);
	}

	async function renewAt(to: Endpoint): Promise<void> {
		const [before, after] = [endpointText(endpoint!), endpointText(to)];
		endpoint = to;
		await peer.renew(to);
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
		await peer.set(four);
		options.onHope();
	}

	/** Sends the tunnel's packets elsewhere; the session lives on, and the relay follows with the first of them. */
	async function moveTo(to: Endpoint, why: string): Promise<void> {
		const from = endpointText(endpoint!);
		endpoint = to;
		where.settleOn(familyOf(to.address));
		await peer.set(to);
		forgetHandshakes();
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
			name.forget();
			forgetHandshakes();
			if (comeback.trying()) duty.poke(answer);
			if (answers) return;
			answers = true;
			recovery.over();
			learnPaths();
			const span = down === undefined ? "" : ` after ${((now() - down.since) / 1000).toFixed(1)} s`;
			log.info({ relay: endpoint && endpointText(endpoint) }, `tunnel up${span}`);
			down = undefined;
			health.clear(tunnelDown);
			health.clear(relayMute);
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
			const lineUp = options.families().size > 0;
			const silent = { relay: relay.host, lastAnswer: down.lastAnswer };
			if (lineUp) health.clear(lineDown);
			else health.set(lineDown, "", undefined);
			health.put(tunnelDown, "", lineUp && !shakesHands ? silent : undefined);
			health.put(relayMute, "", lineUp && shakesHands ? silent : undefined);
			// Without a line there is nothing to revive; netlink tells of its return.
			if (lineUp) duty.poke(silence);
		},
		lineChanged() {
			recovery.hope(now());
			comeback.hope();
			forgetHandshakes();
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
