import { createSocket } from "node:dgram";
import { once } from "node:events";
import { parseEndpoint } from "../../shared/address.ts";
import type { ProtocolKeys } from "../../shared/protocol/keys.ts";
import { decodePulse, encodeAnswer, type Pulse } from "../../shared/protocol/pulse.ts";
import { encodeAnswer1 } from "../../shared/protocol/pulse-v1.ts";
import type { Random } from "../shared/random.ts";
import { mutate, pick } from "./mutate.ts";
import { reaches, window } from "./pulses.ts";

const endpoints = [parseEndpoint("198.51.100.7:51820"), parseEndpoint("[2001:db8::7]:51820"), undefined];

/** Where nobody is who has the relay's key: no answer that says so may be believed. */
export const wickedEndpoint = "203.0.113.66:51820";

export interface AnswerFire {
	random: Random;
	count: number;
	/** The address and the port that the agent sends its pulses to. */
	address: string;
	port: number;
	keys: ProtocolKeys;
	/** How many the program says it has counted, as answers or as garbage. */
	counted(): Promise<number>;
}

/** Answers an agent's pulses with so many datagrams that are no right answers; returns how many were counted. */
export async function fireAnswers({
	random,
	count,
	address,
	port,
	keys,
	counted,
}: AnswerFire): Promise<number> {
	const relay = createSocket("udp4");
	let last: { pulse: Pulse; port: number; address: string } | undefined;
	relay.on("message", (datagram, from) => {
		const pulse = decodePulse(datagram, keys.pulse);
		// Or one of version 1, which is sent until we have answered.
		if (pulse) last = { pulse, port: from.port, address: from.address };
	});
	relay.bind(port, address);
	await once(relay, "listening");
	await once(relay, "message");
	const before = await counted();
	try {
		for (let sent = 0; sent < count; ) {
			const { pulse, ...agent } = last!;
			for (const end = Math.min(count, sent + window); sent < end; sent++)
				relay.send(malformedAnswer(random, pulse, keys), agent.port, agent.address);
			await reaches(counted, before + sent);
		}
		return (await counted()) - before;
	} finally {
		relay.close();
	}
}

function malformedAnswer(random: Random, pulse: Pulse, keys: ProtocolKeys): Buffer {
	const how = random.below(8);
	if (how === 0) return random.bytes(random.below(200));
	// Not 0: the answer to a pulse that comes after a message of the relay's is a right one, and tells nothing new.
	const right = {
		...{ run: pulse.run, counter: pulse.counter, sub: 1 + random.below(255), generation: 5 },
		endpoint: pick(random, endpoints),
	};
	const wicked = { ...right, endpoint: parseEndpoint(wickedEndpoint) };
	// Of the relay, and recorded: of an earlier start of the agent, or of a pulse that is still to come.
	if (how === 1) return encodeAnswer({ ...wicked, run: random.below(2 ** 31) }, keys.answer);
	if (how === 2) return encodeAnswer({ ...wicked, counter: pulse.counter + 1_000_000 }, keys.answer);
	if (how === 3) return encodeAnswer(wicked, pick(random, [keys.pulse, keys.checkin, random.bytes(32)]));
	if (how === 4) return encodeAnswer1(random.bytes(16), wicked.endpoint, 40);
	// Those that are damaged where it does no harm, or not at all, are answers, once.
	return mutate(random, encodeAnswer(right, keys.answer));
}
