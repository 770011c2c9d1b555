import type { RemoteInfo, Socket } from "node:dgram";
import { type Address, type Endpoint, parseAddress } from "../../shared/address.ts";
import type { HeimwegError } from "../../shared/errors.ts";
import type { ProtocolKeys } from "../../shared/protocol/keys.ts";
import { decodePulse, encodeAnswer, lastSub, type Pulse, versionOf } from "../../shared/protocol/pulse.ts";
import { decodePulse1, encodeAnswer1, encodeNudge, pulseVersion1 } from "../../shared/protocol/pulse-v1.ts";
import { type BucketSize, keyedBucket, nextFull } from "../../shared/rate.ts";
import { SECOND } from "../../shared/time.ts";
import type { Identity, Known } from "../identity.ts";
import { createEndpoints, isSame, type Seen } from "./endpoints.ts";
import { isCrowded, judge, newSession, type Session } from "./session.ts";
import { openSockets, sendFrom } from "./sockets.ts";
import { rememberedFor } from "./sources.ts";
import { createWaiting } from "./waiting.ts";

export interface PulseOptions {
	/** The relay's own tunnel addresses; nothing else is listened on. */
	addresses: readonly Address[];
	port: number;
	/** Which home a tunnel address belongs to. */
	homeAt(address: Address): Known | undefined;
	identity: Identity;
	/** Endpoint by public key, as WireGuard sees it now; the same object for what has not changed. */
	endpoints(): Promise<ReadonlyMap<string, Endpoint>>;
	/** Whether somebody calls `stir` when a home's packets come from elsewhere; else WireGuard is asked at each pulse. */
	sourcesFollowed?(): boolean;
	/** A home has proven that it is there. */
	onPulse(home: string, interval: number): void;
	/** A pulse was answered that proves nothing: it may be a recording. */
	onUnproven(home: string): void;
	onEndpoint(home: string, endpoint: Endpoint): void;
	/** A datagram was not taken, and why. */
	onDropped(reason: Dropped, home?: string): void;
	/** The port cannot be served, or (undefined) it can again. */
	onTrouble(error: HeimwegError | undefined): void;
}

/**
 * - stranger: from an address that is no home's
 * - garbage: no pulse, or not with the home's key
 * - replay: a pulse that came before, or of a run that another one has followed
 * - outdated: of version 1, by a home that speaks version 2
 * - rate: over the rate
 */
export type Dropped = "stranger" | "garbage" | "replay" | "outdated" | "rate";

export interface PulseServer {
	start(): void;
	stop(): void;
	/** A home's packets may come from elsewhere. */
	stir(): void;
	/** Calls when every datagram that had come by now was read. */
	caughtUp(then: () => void): void;
	/** Sends the home a datagram that says nothing: WireGuard then starts a handshake from our side. */
	nudge(home: Address): void;
}

/**
 * Pulses that a home may send: five a second, and so many saved up. Its WireGuard keeps up to 128 packets while there is no
 * session (MAX_STAGED_PACKETS), and sends them in one go after an outage.
 */
const pulses: BucketSize = { most: 150, every: SECOND / 5 };

/** The same for pulses that may be recordings: what they use up must not be missing for real ones. */
const unproven: BucketSize = { most: 10, every: SECOND / 5 };

/** Messages of our own to a home. */
const ownMessages: BucketSize = { most: 5, every: SECOND / 5 };

/** Milliseconds after a move in which the next may come unnoticed, and WireGuard is asked at each pulse. */
const movingFor = rememberedFor + 1 * SECOND;

/** Intervals without a pulse after which a home may be elsewhere. */
const silence = 2;

interface Asked {
	home: Known;
	length: number;
	from: RemoteInfo;
	socket: Socket;
	at: number;
	/** The pulse of version 2, its home's keys, and whether it counts; or the nonce of version 1. */
	asked: { pulse: Pulse; keys: ProtocolKeys; met: Met; counts: boolean } | { nonce: Buffer };
}

/** What is kept of a key that has spoken to us; all in one place, since it is looked for at each pulse. */
interface Met {
	session: Session;
	/** When it may send as many pulses at once as ever, by the bucket `pulses`. */
	fullAt: number;
	contact: Contact | undefined;
}

/**
 * Whom our own messages go to: the source of the last pulse that counted, as it was answered. It is changed in place, and
 * nothing of a pulse is kept in it: of ten thousand homes that would grow old, and be collected at length, each second.
 */
interface Contact {
	home: Known;
	run: number;
	counter: number;
	sub: number;
	address: string;
	port: number;
	socket: Socket;
	/** The endpoint that the home was told. */
	told: Endpoint | undefined;
	/** When that pulse came, and when the home was last told another endpoint than before. */
	at: number;
	moved: number;
}

/**
 * Answers the homes' pulses with the endpoint under which WireGuard sees them, and tells a home by itself when that
 * turns out to be another, or when there is something new for it. The tunnel address says which home's key to try, the
 * MAC whether it is that home. A pulse is answered at once with what the last read of the endpoints showed; one that
 * comes when the home may have moved waits for a read that begins after it. Longer than other files here: who is answered,
 * and with what, is one decision.
 */
export function servePulses(options: PulseOptions): PulseServer {
	const { identity } = options;
	const takeUnproven = keyedBucket(unproven);
	const takeOwn = keyedBucket(ownMessages);
	/** By public key. */
	const met = new Map<string, Met>();
	let stopped = false;

	const endpoints = createEndpoints({ read: options.endpoints, onRead: tellMoved });
	const waitForRead = createWaiting<Asked>({ endpoints, answer });

	const sockets = openSockets({ ...options, onDatagram: receive });
	identity.onRenewed((id) => {
		for (const { contact } of met.values()) if (contact?.home.id === id) tell(contact, contact.told);
	});

	function receive(socket: Socket, datagram: Buffer, from: RemoteInfo): void {
		const home = homeOf(from);
		const asked = home ? read(home, datagram) : "stranger";
		if (typeof asked === "string") {
			options.onDropped(asked, home?.id);
			return;
		}
		const one = { home: home!, length: datagram.length, from, socket, asked, at: performance.now() };
		const endpoint = endpoints.known().get(home!.publicKey);
		if (endpoint === undefined || mayHaveMoved(one)) waitForRead(one);
		else answer(one, endpoint);
	}

	/** The system mostly prints an address as we do, and to read one takes as long as all the rest. */
	function homeOf({ address }: Pick<RemoteInfo, "address">): Known | undefined {
		return options.homeAt(address as Address) ?? options.homeAt(parseAddress(address.replace(/%.*/, "")));
	}

	function read(home: Known, datagram: Buffer): Asked["asked"] | Dropped {
		if (versionOf(datagram) === pulseVersion1) return readVersion1(home, datagram);
		const keys = identity.keysOf(home);
		const pulse = keys && decodePulse(datagram, keys.pulse);
		if (!pulse) {
			identity.doubt(home);
			return "garbage";
		}
		identity.spoke(home);
		const met = metOf(home);
		const verdict = judge(met.session, pulse, identity.generation(home.id));
		if (verdict === "replay") return "replay";
		if (isCrowded(met.session)) identity.renew(home.id);
		const counts = verdict === "counts";
		if (!(counts ? take(met) : takeUnproven(home.id))) return "rate";
		if (counts) options.onPulse(home.id, pulse.interval);
		else options.onUnproven(home.id);
		return { pulse, keys, met, counts };
	}

	function take(met: Met): boolean {
		const next = nextFull(pulses, met.fullAt, performance.now());
		if (next === undefined) return false;
		met.fullAt = next;
		return true;
	}

	function readVersion1(home: Known, datagram: Buffer): Asked["asked"] | Dropped {
		if (identity.hasSpoken(home)) return "outdated";
		const pulse = decodePulse1(datagram);
		if (!pulse) return "garbage";
		if (!take(metOf(home))) return "rate";
		options.onPulse(home.id, pulse.interval);
		return { nonce: pulse.nonce };
	}

	function metOf({ publicKey }: Known): Met {
		const known = met.get(publicKey);
		if (known) return known;
		const fresh = { session: newSession(), fullAt: Number.NEGATIVE_INFINITY, contact: undefined };
		met.set(publicKey, fresh);
		return fresh;
	}

	/** One of version 1 could not be told later that it has moved. */
	function mayHaveMoved({ asked, at }: Asked): boolean {
		if ("nonce" in asked || asked.pulse.lookAnew || !options.sourcesFollowed?.()) return true;
		const { contact } = asked.met;
		if (!contact) return true;
		// Who goes back to where packets came from just now is not told of.
		if (at - contact.moved < movingFor) return true;
		return at - contact.at > silence * asked.pulse.interval;
	}

	function answer({ asked, home, length, from, socket, at }: Asked, endpoint: Endpoint | undefined): void {
		if (stopped) return;
		const counts = "nonce" in asked || asked.counts;
		if (endpoint && counts) options.onEndpoint(home.id, endpoint);
		if ("nonce" in asked) {
			sendFrom(socket, encodeAnswer1(asked.nonce, endpoint, length), from.port, from.address);
			return;
		}
		const { keys, met } = asked;
		const { run, counter } = asked.pulse;
		const generation = identity.generation(home.id);
		const datagram = encodeAnswer({ run, counter, sub: 0, endpoint, generation }, keys.answer, length);
		sendFrom(socket, datagram, from.port, from.address);
		const last = met.contact;
		if (!counts || run !== met.session.run || (last?.run === run && last.counter > counter)) return;
		if (!last) {
			const { address, port } = from;
			const moved = Number.NEGATIVE_INFINITY;
			met.contact = { home, run, counter, sub: 0, address, port, socket, told: endpoint, at, moved };
			return;
		}
		if (!isSame(last.told, endpoint)) last.moved = at;
		if (last.address !== from.address) last.address = from.address;
		last.home = home;
		last.run = run;
		last.counter = counter;
		last.sub = 0;
		last.port = from.port;
		last.socket = socket;
		last.told = endpoint;
		last.at = at;
	}

	/** Tells those whose endpoint is another than the one that they were told. */
	function tellMoved(seen: Seen): void {
		for (const [publicKey, { contact }] of met) {
			const endpoint = seen.get(publicKey);
			if (!contact || !endpoint || isSame(contact.told, endpoint) || !tell(contact, endpoint)) continue;
			contact.moved = performance.now();
			options.onEndpoint(contact.home.id, endpoint);
		}
	}

	/** A message of our own, as long as the shortest pulse; false when there may be none now. */
	function tell(contact: Contact, endpoint: Endpoint | undefined): boolean {
		const { home, run, counter, address, port, socket } = contact;
		const present = homeOf(contact);
		const keys = identity.keysOf(home);
		if (present?.publicKey !== home.publicKey || present.id !== home.id || !keys) {
			metOf(home).contact = undefined;
			return false;
		}
		if (stopped || contact.sub >= lastSub || !takeOwn(home.id)) return false;
		contact.sub += 1;
		contact.told = endpoint;
		const generation = identity.generation(home.id);
		const datagram = encodeAnswer({ run, counter, sub: contact.sub, endpoint, generation }, keys.answer);
		sendFrom(socket, datagram, port, address);
		return true;
	}

	return {
		start() {
			sockets.start();
			endpoints.start();
		},
		stop() {
			stopped = true;
			endpoints.stop();
			sockets.stop();
		},
		stir: endpoints.stir,
		caughtUp: sockets.caughtUp,
		nudge(home) {
			const socket = sockets.towards(home);
			if (socket) sendFrom(socket, encodeNudge(), options.port, home);
		},
	};
}
