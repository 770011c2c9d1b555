import { createSocket } from "node:dgram";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { parseEndpoint } from "../../shared/address.ts";
import type { ProtocolKeys } from "../../shared/protocol/keys.ts";
import { encodeAnswer, encodePulse } from "../../shared/protocol/pulse.ts";
import { encodeAnswer1, encodeNudge, encodePulse1 } from "../../shared/protocol/pulse-v1.ts";
import type { Random } from "../shared/random.ts";
import { mutate, pick } from "./mutate.ts";

/** Datagrams on their way at once: what the receiver's buffer surely takes, so that none is lost before it is seen. */
export const window = 40;

/** The longest datagram in bytes: what a tunnel takes in one piece. */
const longest = 1_200;

const endpoint = parseEndpoint("198.51.100.7:51820");

/** A datagram that is no pulse: as the protocol's description has it, not as the program reads it. */
export function malformedPulse(random: Random, keys: ProtocolKeys): Buffer {
	return nearly(random, keys).subarray(0, longest);
}

function nearly(random: Random, keys: ProtocolKeys): Buffer {
	const number = () => random.below(2 ** 31);
	const how = random.below(10);
	const pulse = { run: number(), counter: number(), interval: 1_000, lookAnew: false, generation: number() };
	const answer = { ...pulse, sub: random.below(4), endpoint };
	const length = pick(random, [48, 49, 100, longest - 10]);
	if (how === 0) return random.bytes(random.below(200));
	if (how === 1) return mutate(random, encodeNudge());
	if (how === 2) return encodeAnswer1(random.bytes(16), endpoint, 40);
	// Of the older version, which this home does not speak any more.
	if (how === 3)
		return mutate(random, encodePulse1(random.bytes(16), 1_000, pick(random, [40, 41, longest])));
	if (how === 4) return encodePulse({ ...pulse, interval: pick(random, intervals) }, keys.pulse);
	if (how === 5)
		return encodePulse(pulse, pick(random, [keys.answer, keys.checkin, random.bytes(32)]), length);
	if (how === 6) return encodeAnswer(answer, pick(random, [keys.answer, keys.pulse]), length);
	if (how === 7)
		return Buffer.concat([encodePulse(pulse, keys.pulse, length), random.bytes(1 + random.below(9))]);
	return damageBeforePadding(random, encodePulse(pulse, keys.pulse, length));
}

const intervals = [0, 1, 99, 3_600_001, 0xffff_ffff];

/** What stands behind the MAC is nobody's concern, as long as there is as much of it as the pulse says. */
function damageBeforePadding(random: Random, pulse: Buffer): Buffer {
	const damaged = Buffer.from(pulse);
	damaged[random.below(48)]! ^= 1 << random.below(8);
	return random.below(4) ? damaged : damaged.subarray(0, random.below(damaged.length));
}

export interface PulseFire {
	random: Random;
	count: number;
	/** The home's address, and the relay's. */
	from: string;
	to: string;
	port: number;
	/** The home's. */
	keys: ProtocolKeys;
	/** How many the program says it has counted. */
	counted(): Promise<number>;
}

/** Sends so many malformed pulses; returns how many of them were counted. */
export async function firePulses({
	random,
	count,
	from,
	to,
	port,
	keys,
	counted,
}: PulseFire): Promise<number> {
	const socket = createSocket("udp4");
	socket.bind(0, from);
	await once(socket, "listening");
	const before = await counted();
	try {
		for (let sent = 0; sent < count; ) {
			for (const end = Math.min(count, sent + window); sent < end; sent++)
				socket.send(malformedPulse(random, keys), port, to);
			await reaches(counted, before + sent);
		}
		return (await counted()) - before;
	} finally {
		socket.close();
	}
}

/** Waits until so many are counted; gives up after 2 s, when the missing ones are lost. */
export async function reaches(counted: () => Promise<number>, wanted: number): Promise<void> {
	for (const end = Date.now() + 2_000; Date.now() < end; await sleep(1))
		if ((await counted()) >= wanted) return;
}
