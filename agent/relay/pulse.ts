import { randomBytes } from "node:crypto";
import { createSocket, type Socket } from "node:dgram";
import { type Address, type Endpoint, familyOf } from "../../shared/address.ts";
import { decodeAnswer, encodePulse } from "../../shared/protocol/pulse.ts";
import { watchLoss } from "./loss.ts";

export interface PulseOptions {
	/** The home's own tunnel address, and the relay's. */
	from: Address;
	to: Address;
	port: number;
	/** Milliseconds between two pulses. */
	interval: number;
	/** Bytes of IP packets that the tunnel takes. */
	mtu: number;
	/** The relay answered, and saw us under this endpoint. */
	onAnswer(endpoint: Endpoint | undefined, roundTrip: number): void;
	/** Called once when nothing was answered for `lostAfter`, and each interval after. */
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

/** Pulses that may go unanswered before the tunnel counts as dead. */
const lostAfter = 3;

/** The same on a line that is known to lose many: three in a row are nothing there. */
const lostAfterOnLossy = 6;

/** Pulses: a silence that is over sooner is a line that loses many, a longer one is an outage. */
const shortSilence = 5.5;

/** Milliseconds that a pulse's answer may take before it counts as lost. */
const patience = 2_000;

/** Milliseconds between two full-size pulses, and how many of them in a row must be lost to be believed. */
const largeEvery = 60_000;
const largeTries = 3;

/** Milliseconds between two while they are known to be lost: who mends the line wants to see it. */
const largeAgain = 15_000;

/** Pulses whose answer is still waited for, at most. */
const memory = 16;

/** Sends the pulses and hears the answers. An answer counts only if it repeats the nonce of a pulse of ours. */
export function watchPulse(options: PulseOptions): PulseWatcher {
	const waiting = new Map<string, { at: number; large: boolean; lost?: boolean }>();
	const loss = watchLoss();
	let socket: Socket | undefined;
	let timer: NodeJS.Timeout | undefined;
	let lastAnswer = performance.now();
	let largeAt = performance.now() - largeEvery + 10_000;
	let largeLost = 0;
	let silentUntil = 0;
	let stopped = false;

	function open(): Socket {
		const six = familyOf(options.to) === 6;
		const fresh = createSocket({ type: six ? "udp6" : "udp4" });
		// An address that is not there yet, or a tunnel without an endpoint: the next pulse opens anew.
		fresh.on("error", () => close(fresh));
		fresh.on("message", (datagram, from) => {
			if (from.port === options.port && from.address === options.to) receive(datagram);
			else options.onGarbage();
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

	function receive(datagram: Buffer): void {
		const answer = decodeAnswer(datagram);
		const sent = answer && waiting.get(answer.nonce.toString("hex"));
		if (!answer || !sent) {
			options.onGarbage();
			return;
		}
		waiting.delete(answer.nonce.toString("hex"));
		const before = lastAnswer;
		lastAnswer = performance.now();
		// The pulses of a short silence count as lost after all.
		if (silentUntil > before && lastAnswer - before < shortSilence * options.interval) silentUntil = before;
		if (sent.large) {
			largeLost = 0;
			options.onLarge(true);
		} else if (!sent.lost) seen(true);
		options.onAnswer(answer.endpoint, lastAnswer - sent.at);
	}

	function send(large = false): void {
		socket ??= open();
		const opened = socket;
		const nonce = randomBytes(16);
		waiting.set(nonce.toString("hex"), { at: performance.now(), large });
		for (const key of waiting.keys()) {
			if (waiting.size <= memory) break;
			waiting.delete(key);
		}
		const headers = familyOf(options.to) === 4 ? 28 : 48;
		const datagram = large
			? encodePulse(nonce, options.interval, options.mtu - headers)
			: encodePulse(nonce, options.interval);
		opened.send(datagram, options.port, options.to, (error) => {
			if (error) close(opened);
		});
	}

	function beat(): void {
		const silent = performance.now() - lastAnswer;
		send();
		// Half an interval of tolerance: the answer came a round trip after its pulse.
		const missed = loss.heavy ? lostAfterOnLossy : lostAfter;
		if (silent >= (missed - 0.5) * options.interval) {
			silentUntil = performance.now();
			options.onSilence(silent);
		} else {
			probe();
			review();
		}
	}

	/** Counts the small pulses whose answers are overdue. */
	function review(): void {
		const now = performance.now();
		for (const sent of waiting.values()) {
			if (sent.large || sent.lost || now - sent.at < patience) continue;
			sent.lost = true;
			// Those of a silence say that the tunnel was down, not that the line loses some.
			if (sent.at > silentUntil) seen(false);
		}
	}

	function seen(answered: boolean): void {
		const before = loss.heavy;
		loss.count(answered);
		if (loss.heavy !== before) options.onLoss(before ? undefined : loss.share);
	}

	/** Every minute a large pulse, while small ones are answered; oftener while large ones are lost. */
	function probe(): void {
		const now = performance.now();
		for (const [nonce, sent] of waiting) {
			if (!sent.large || now - sent.at < patience) continue;
			waiting.delete(nonce);
			largeLost += 1;
			if (largeLost >= largeTries) options.onLarge(false);
			else largeAt = now - largeEvery;
		}
		if (now - largeAt < (largeLost >= largeTries ? largeAgain : largeEvery)) return;
		largeAt = now;
		send(true);
	}

	return {
		start() {
			lastAnswer = performance.now();
			send();
			timer = setInterval(beat, options.interval);
		},
		now() {
			if (!stopped) send();
		},
		stop() {
			stopped = true;
			clearInterval(timer);
			close(socket);
		},
	};
}
