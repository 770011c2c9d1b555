import { createSocket } from "node:dgram";
import { once } from "node:events";
import { parseEndpoint } from "../../shared/address.ts";
import { decodePulse, encodeAnswer } from "../../shared/protocol/pulse.ts";
import type { Random } from "../shared/random.ts";
import { mutate, pick } from "./mutate.ts";
import { reaches, window } from "./pulses.ts";

const endpoints = [parseEndpoint("198.51.100.7:51820"), parseEndpoint("[2001:db8::7]:51820"), undefined];

export interface AnswerFire {
	random: Random;
	count: number;
	/** The address and the port that the agent sends its pulses to. */
	address: string;
	port: number;
	/** How many the program says it has counted, as answers or as garbage. */
	counted(): Promise<number>;
}

/** Answers an agent's pulses with so many datagrams that are no right answers; returns how many were counted. */
export async function fireAnswers({ random, count, address, port, counted }: AnswerFire): Promise<number> {
	const relay = createSocket("udp4");
	let last: { nonce: Buffer; port: number; address: string } | undefined;
	relay.on("message", (datagram, from) => {
		last = { nonce: decodePulse(datagram)!.nonce, port: from.port, address: from.address };
	});
	relay.bind(port, address);
	await once(relay, "listening");
	await once(relay, "message");
	const before = await counted();
	try {
		for (let sent = 0; sent < count; ) {
			const { nonce, ...agent } = last!;
			for (const end = Math.min(count, sent + window); sent < end; sent++)
				relay.send(malformedAnswer(random, nonce), agent.port, agent.address);
			await reaches(counted, before + sent);
		}
		return (await counted()) - before;
	} finally {
		relay.close();
	}
}

function malformedAnswer(random: Random, nonce: Buffer): Buffer {
	const how = random.below(6);
	if (how === 0) return random.bytes(random.below(200));
	const right = encodeAnswer(how === 1 ? random.bytes(16) : nonce, pick(random, endpoints), 40);
	return how === 1 ? right : mutate(random, right);
}
