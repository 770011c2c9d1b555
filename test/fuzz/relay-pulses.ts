import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { encodePulse, pulseLength } from "../../shared/protocol/pulse.ts";
import { encodePulse1 } from "../../shared/protocol/pulse-v1.ts";
import type { Random } from "../shared/random.ts";
import { mutate, pick } from "./mutate.ts";
import type { People } from "./people.ts";
import { malformedPulse, reaches, window } from "./pulses.ts";

/** Addresses of the relay's own machine that are no home's: where a process without rights may stand. */
export const bystanders = ["127.0.0.1", "127.9.9.9"] as const;

/** Where an answer has the generation. */
const generationAt = 32;

/** A datagram for the pulse port, and the address that it comes from. */
interface Datagram {
	from: string;
	bytes: Buffer;
}

/**
 * What somebody sends who is not the home that it seems to be, or is one and plays:
 * - a process on the relay: whatever it likes, from its own addresses
 * - a neighbour with another's address: without the key, in either version, but with the generation that it has heard
 * - somebody who has recorded what was sent before the relay's last start
 * - a home with a key: its own pulses, again, and too many, and under others' addresses
 */
export function wickedPulse(
	random: Random,
	{ anna, bert, wicked }: People,
	heard: ReadonlyMap<string, number> = new Map(),
): Datagram {
	const number = () => random.below(2 ** 31);
	const mallory = pick(random, wicked);
	const victim = pick(random, [anna, bert]);
	const pulse = { run: number(), counter: number(), interval: 1_000, lookAnew: true, generation: number() };
	const how = random.below(10);
	const other = [
		mallory.keys,
		{ pulse: random.bytes(32), answer: random.bytes(32), checkin: random.bytes(32) },
	];
	if (how === 0)
		return { from: pick(random, bystanders), bytes: malformedPulse(random, pick(random, other)) };
	if (how === 1) return { from: victim.address, bytes: malformedPulse(random, pick(random, other)) };
	const generation = heard.get(victim.address) ?? pulse.generation;
	if (how === 2)
		return {
			from: victim.address,
			bytes: encodePulse({ ...pulse, generation }, pick(random, other).pulse),
		};
	if (how === 3) return { from: victim.address, bytes: encodePulse1(random.bytes(16), 1_000) };
	if (how === 4) return { from: victim.address, bytes: encodePulse(pulse, victim.keys.pulse) };
	if (how === 5) return { from: mallory.address, bytes: encodePulse(pulse, victim.keys.pulse) };
	if (how === 6) return { from: pick(random, bystanders), bytes: encodePulse(pulse, victim.keys.pulse) };
	// It has heard the generation: its runs prove themselves, follow one another, and come again.
	const own = {
		...{ ...pulse, run: random.below(80), counter: random.below(500) },
		generation: heard.get(mallory.address) ?? pulse.generation,
		interval: pick(random, [100, 1_000, 3_600_000, 0, 99]),
	};
	const bytes = encodePulse(own, mallory.keys.pulse, pick(random, [48, 49, 1_000]));
	return { from: mallory.address, bytes: how === 9 ? mutate(random, bytes) : bytes };
}

export interface PulseStorm {
	random: Random;
	people: People;
	count: number;
	to: { address: string; port: number };
	/** How many of them the program says it has counted. */
	counted(): Promise<number>;
}

/** Sends so many of them; returns how many were counted. */
export async function stormPulses({ random, people, count, to, counted }: PulseStorm): Promise<number> {
	const sockets = new Map<string, Socket>();
	/** The generation in the answers that came to an address: recordings are answered, and so tell it to anybody there. */
	const heard = new Map<string, number>();
	const { anna, bert, wicked } = people;
	for (const address of [...bystanders, ...[anna, bert, ...wicked].map((one) => one.address)]) {
		const socket = createSocket("udp4").bind(0, address);
		await once(socket, "listening");
		socket.on("message", (answer) => {
			if (answer.length >= pulseLength) heard.set(address, answer.readUInt32BE(generationAt));
		});
		sockets.set(address, socket);
	}
	const before = await counted();
	try {
		for (let sent = 0; sent < count; ) {
			for (const end = Math.min(count, sent + window); sent < end; sent++) {
				const { from, bytes } = wickedPulse(random, people, heard);
				sockets.get(from)!.send(bytes, to.port, to.address);
			}
			await reaches(counted, before + sent);
		}
		return (await counted()) - before;
	} finally {
		for (const socket of sockets.values()) socket.close();
	}
}
