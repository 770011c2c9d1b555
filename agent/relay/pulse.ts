import { randomBytes } from "node:crypto";
import { createSocket, type Socket, type SocketOptions } from "node:dgram";
import { type Address, type Endpoint, familyOf } from "../../shared/address.ts";
import type { ProtocolKeys } from "../../shared/protocol/keys.ts";
import { decodeAnswer, encodePulse, pulseVersion, versionOf } from "../../shared/protocol/pulse.ts";
import { decodeAnswer1, encodePulse1 } from "../../shared/protocol/pulse-v1.ts";
import type { SpokenBy } from "../../shared/protocol/spoken.ts";
import { SECOND } from "../../shared/time.ts";
import { createLedger } from "./pulse-ledger.ts";

export interface PulseOptions {
	/** The home's own tunnel address, and the relay's. */
	from: Address;
	to: Address;
	port: number;
	keys: ProtocolKeys;
	/** Whether this relay has ever proven that it speaks version 2; remembered across restarts. */
	spoken: SpokenBy;
	/** Milliseconds between two pulses. */
	interval: number;
	/** Bytes of IP packets that the tunnel takes. */
	mtu: number;
	/** The relay answered, or told by itself, and saw us under this endpoint. */
	onAnswer(endpoint: Endpoint | undefined, roundTrip: number): void;
	/** The relay has something new for us, or was started anew; never told by a relay of version 1. */
	onGeneration(generation: number): void;
	/** Called once when nothing was answered for as long as is tolerated, and each interval after. */
	onSilence(milliseconds: number): void;
	/** So large a share of the pulses (0 to 1) has gone unanswered that mail is slow; undefined when that is over. */
	onLoss(share: number | undefined): void;
	/** A pulse as large as the tunnel takes was answered, or, although small ones are, not. */
	onLarge(passed: boolean): void;
	onGarbage(): void;
}

export interface PulseWatcher {
	start(): void;
	stop(): void;
	/** Sends a pulse now, beside the regular ones: something just changed. */
	now(): void;
}

/** How long between two offers of version 2 to a relay that answers in version 1. */
const offerEvery = 10 * SECOND;

/**
 * Sends the pulses and hears the answers. An answer counts only with the relay's MAC, for the run of this very start, and
 * if it is newer than the last one: what comes late undoes nothing.
 *
 * A relay that has never answered in version 2 gets a pulse of version 1 each time, and one of version 2 beside it until
 * something is answered, then now and then. From its first good answer on, also after a restart, it is version 2 alone.
 */
export function watchPulse(options: PulseOptions): PulseWatcher {
	const { keys, spoken, interval } = options;
	const ledger = createLedger(options);
	const run = randomBytes(4).readUInt32BE();
	let counter = 0;
	/** The newest answer that was heard. */
	let last = { counter: 0, sub: -1 };
	let generation = 0;
	let roundTrip = 0;
	let offeredAt = Number.NEGATIVE_INFINITY;
	let answeredVersion1 = false;
	let socket: Socket | undefined;
	let timer: NodeJS.Timeout | undefined;
	let lastAnswer = performance.now();
	let stopped = false;

	function open(): Socket {
		const six = familyOf(options.to) === 6;
		const family = six ? 6 : 4;
		// Addresses are all that is ever sent to: Node would come back to each in a later turn. Only our own is bound then,
		// as it may fail, when it is known whose the socket is.
		const lookup: NonNullable<SocketOptions["lookup"]> = (address, _, done) => {
			if (address === options.from) process.nextTick(done, null, address, family);
			else done(null, address, family);
		};
		const fresh = createSocket({ type: six ? "udp6" : "udp4", lookup });
		// An address that is not there yet, or a tunnel without an endpoint: the next pulse opens anew.
		fresh.on("error", () => close(fresh));
		fresh.on("message", (datagram, from) => {
			const ours = from.port === options.port && from.address === options.to;
			if (!ours || !(versionOf(datagram) === pulseVersion ? receive(datagram) : receiveVersion1(datagram)))
				options.onGarbage();
		});
		fresh.bind({ address: options.from, port: 0 });
		return fresh;
	}

	function close(which: Socket | undefined): void {
		if (!which) return;
		if (socket === which) socket = undefined;
		try {
			which.close();
		} catch {
			// It was closed already.
		}
	}

	/** False for what is no good answer, or was heard before. */
	function receive(datagram: Buffer): boolean {
		const answer = decodeAnswer(datagram, keys.answer);
		if (!answer || answer.run !== run || answer.counter === 0 || answer.counter > counter) return false;
		// The relay's own messages are short, and no answer to a large pulse.
		const took = answer.sub === 0 ? ledger.answered(String(answer.counter), lastAnswer) : undefined;
		const isNewer =
			answer.counter > last.counter || (answer.counter === last.counter && answer.sub > last.sub);
		if (took === undefined && !isNewer) return false;
		spoken.add();
		lastAnswer = performance.now();
		roundTrip = took ?? roundTrip;
		if (!isNewer) return true;
		last = { counter: answer.counter, sub: answer.sub };
		options.onAnswer(answer.endpoint, roundTrip);
		if (answer.generation !== generation && !stopped) {
			generation = answer.generation;
			// By echoing it we prove to a relay that does not know this run yet that we are here now.
			send();
			options.onGeneration(generation);
		}
		return true;
	}

	function receiveVersion1(datagram: Buffer): boolean {
		if (spoken.has()) return false;
		const answer = decodeAnswer1(datagram);
		const took = answer && ledger.answered(answer.nonce.toString("hex"), lastAnswer);
		if (!answer || took === undefined) return false;
		lastAnswer = performance.now();
		answeredVersion1 = true;
		roundTrip = took;
		options.onAnswer(answer.endpoint, roundTrip);
		return true;
	}

	function send({ large = false, lookAnew = false } = {}): void {
		const length = large ? options.mtu - (familyOf(options.to) === 4 ? 28 : 48) : undefined;
		const isOld = !spoken.has();
		const now = performance.now();
		if (!isOld || (!large && (!answeredVersion1 || now - offeredAt >= offerEvery))) {
			offeredAt = now;
			counter += 1;
			if (!isOld) ledger.sent(String(counter), large);
			// What an older relay takes for the interval is the generation, and 0 is none: it does not answer an offer.
			transmit(encodePulse({ run, counter, interval, lookAnew, generation }, keys.pulse, length));
		}
		if (!isOld) return;
		const nonce = randomBytes(16);
		ledger.sent(nonce.toString("hex"), large);
		transmit(encodePulse1(nonce, interval, length));
	}

	function transmit(datagram: Buffer): void {
		socket ??= open();
		const opened = socket;
		opened.send(datagram, options.port, options.to, (error) => {
			if (error) close(opened);
		});
	}

	function beat(): void {
		const silent = performance.now() - lastAnswer;
		send();
		// Half an interval of tolerance: the answer came a round trip after its pulse.
		if (silent >= (ledger.tolerated() - 0.5) * interval) {
			ledger.silent();
			answeredVersion1 = false;
			options.onSilence(silent);
		} else if (ledger.review()) send({ large: true });
	}

	return {
		start() {
			// A tunnel that is made while we end comes up behind our back.
			if (stopped) return;
			lastAnswer = performance.now();
			send();
			timer = setInterval(beat, interval);
		},
		now() {
			if (!stopped) send({ lookAnew: true });
		},
		stop() {
			stopped = true;
			clearInterval(timer);
			close(socket);
		},
	};
}
