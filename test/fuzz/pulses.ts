import { createSocket } from "node:dgram";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { parseEndpoint } from "../../shared/address.ts";
import { encodeAnswer, encodeNudge, encodePulse } from "../../shared/protocol/pulse.ts";
import type { Random } from "../shared/random.ts";
import { mutate, pick } from "./mutate.ts";

/** Datagrams on their way at once: what the receiver's buffer surely takes, so that none is lost before it is seen. */
export const window = 40;

/** The longest datagram in bytes: what a tunnel takes in one piece. */
const longest = 1_200;

const endpoint = parseEndpoint("198.51.100.7:51820");

/** A datagram that is no pulse: as the protocol's description has it, not as the program reads it. */
export function malformedPulse(random: Random): Buffer {
	for (;;) {
		const datagram = nearly(random).subarray(0, longest);
		if (!isPulse(datagram)) return datagram;
	}
}

function nearly(random: Random): Buffer {
	const nonce = random.bytes(16);
	const how = random.below(8);
	if (how === 0) return random.bytes(random.below(200));
	if (how === 1) return mutate(random, encodeNudge());
	if (how === 2) return encodeAnswer(nonce, endpoint, 40);
	if (how === 3) return encodePulse(nonce, pick(random, [0, 1, 99, 3_600_001, 0xffff_ffff]));
	return mutate(random, encodePulse(nonce, 1_000, pick(random, [40, 41, 100, longest])));
}

function isPulse(datagram: Buffer): boolean {
	if (datagram.length < 40 || datagram.toString("latin1", 0, 2) !== "HW") return false;
	const interval = datagram.readUInt32BE(20);
	return datagram[2] !== 0 && datagram[3] === 1 && interval >= 100 && interval <= 3_600_000;
}

export interface PulseFire {
	random: Random;
	count: number;
	/** The home's address, and the relay's. */
	from: string;
	to: string;
	port: number;
	/** How many the program says it has counted. */
	counted(): Promise<number>;
}

/** Sends so many malformed pulses; returns how many of them were counted. */
export async function firePulses({ random, count, from, to, port, counted }: PulseFire): Promise<number> {
	const socket = createSocket("udp4");
	socket.bind(0, from);
	await once(socket, "listening");
	const before = await counted();
	try {
		for (let sent = 0; sent < count; ) {
			for (const end = Math.min(count, sent + window); sent < end; sent++)
				socket.send(malformedPulse(random), port, to);
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
