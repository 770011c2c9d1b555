import { randomBytes } from "node:crypto";
import { createSocket } from "node:dgram";
import { type Address, familyOf } from "../../shared/address.ts";
import type { ProtocolKeys } from "../../shared/protocol/keys.ts";
import { decodeAnswer, encodePulse } from "../../shared/protocol/pulse.ts";
import { SECOND } from "../../shared/time.ts";

/** Between two pulses; what they say of it is longer, so that the relay does not miss the daemon before it starts. */
const every = 1 * SECOND;
const saidInterval = 60 * SECOND;

/**
 * Sends pulses with the home's own keys until one counts: an answer tells the generation, and the pulse that echoes it
 * proves that this home is there now. True when the relay has answered that one.
 */
export function firstPulse(options: {
	from: Address;
	to: Address;
	port: number;
	keys: Pick<ProtocolKeys, "pulse" | "answer">;
	/** Milliseconds. */
	patience: number;
	signal: AbortSignal;
}): Promise<boolean> {
	const { from, to, port, keys, patience, signal } = options;
	const run = randomBytes(4).readUInt32BE();
	let counter = 0;
	let generation = 0;
	/** The first pulse that echoed a generation. */
	let proving = Number.POSITIVE_INFINITY;
	return new Promise((resolve) => {
		const socket = createSocket({ type: familyOf(to) === 6 ? "udp6" : "udp4" });
		const send = () => {
			counter += 1;
			if (generation !== 0) proving = Math.min(proving, counter);
			const pulse = { run, counter, interval: saidInterval, lookAnew: true, generation };
			try {
				socket.send(encodePulse(pulse, keys.pulse), port, to, () => {});
			} catch {
				// The next one is sent soon.
			}
		};
		let over = false;
		const end = (proven: boolean) => {
			if (over) return;
			over = true;
			clearInterval(timer);
			clearTimeout(late);
			signal.removeEventListener("abort", abort);
			socket.close();
			resolve(proven);
		};
		const abort = () => end(false);
		const timer = setInterval(send, every);
		const late = setTimeout(end, patience, false);
		signal.addEventListener("abort", abort, { once: true });
		socket
			.on("error", () => end(false))
			.on("message", (datagram) => {
				const answer = decodeAnswer(datagram, keys.answer);
				if (answer?.run !== run) return;
				if (answer.counter >= proving) return end(true);
				if (answer.generation === generation) return;
				// The relay has changed what it has for this home meanwhile, or this is the first that we hear.
				generation = answer.generation;
				proving = Number.POSITIVE_INFINITY;
				send();
			})
			.bind({ address: from, port: 0 }, send);
		if (signal.aborted) end(false);
	});
}
