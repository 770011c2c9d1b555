import { timingSafeEqual } from "node:crypto";
import { addressOfBytes, type Endpoint, familyOf, writeAddress } from "../address.ts";
import { hmacSha256 } from "./hmac.ts";

/**
 * The pulse of version 2: a datagram through the tunnel, and its answer. Big-endian, like everything on the wire. Both
 * are proven by a MAC (HMAC-SHA-256, truncated, over all before it) under keys of their own, so that neither passes for
 * the other, and a process that holds a port can neither answer nor pulse. WireGuard pads: 48 bytes cost what 40 do.
 *
 *     0..1   "HW"
 *     2      2, the version
 *     3      1 pulse, 2 answer
 *     4..7   run: random at each start of the agent; pulses of an earlier run never count again
 *     8..11  counter: grows with each pulse of a run; none counts twice, and an answer says which pulse it answers
 *
 *     pulse
 *     12..15 milliseconds between two pulses
 *     16     flags: 1, something changed at home: look at WireGuard anew before you answer
 *     17     0
 *     18..19 length of the datagram; a pulse padded to the path's full size has zeros behind the MAC
 *     20..23 generation last heard, 0 for none: that of this very moment proves that the run is alive now, not recorded
 *     24..31 0; readers ignore them
 *     32..47 MAC
 *
 *     answer
 *     12     4 or 6 for the family of the endpoint, 0 when it is not known
 *     13     sub: 0 answers; 1, 2, ... are the relay's own messages after it, each newer than the one before
 *     14..15 port of the endpoint
 *     16..31 address of the endpoint, 4 or 16 bytes
 *     32..35 generation: another when the relay has something new for this home, or was started anew; never 0
 *     36..47 MAC
 *
 * An answer is as long as its pulse, never longer: nobody can be flooded through us.
 */
export const pulseVersion = 2;

/** The shortest datagram; a pulse padded to the path's full size has the tunnel's MTU less the IP and UDP headers. */
export const pulseLength = 48;

export interface Pulse {
	run: number;
	counter: number;
	/** Milliseconds between this home's pulses. */
	interval: number;
	lookAnew: boolean;
	/** The generation that the home heard last; 0 for none. */
	generation: number;
}

export interface PulseAnswer {
	run: number;
	counter: number;
	sub: number;
	/** Under which address and port the relay sees us; undefined when it does not know. */
	endpoint: Endpoint | undefined;
	generation: number;
}

const kinds = { pulse: 1, answer: 2 } as const;
const lookAnewFlag = 1;

/** Where the MAC begins; it ends with the fields. */
const macAt = { [kinds.pulse]: 32, [kinds.answer]: 36 } as const;

/** The largest counter; a run ends long before, at five pulses a second after 27 years. */
export const lastCounter = 0xffff_ffff;

/** The greatest number of the relay's own messages after one answer. */
export const lastSub = 0xff;

/** Which version a datagram says it is of; undefined when it is none of ours. */
export function versionOf(datagram: Buffer): number | undefined {
	return datagram.length > 3 && datagram[0] === 0x48 && datagram[1] === 0x57 ? datagram[2] : undefined;
}

/** Writes a pulse of `length` bytes. */
export function encodePulse(pulse: Pulse, key: Buffer, length: number = pulseLength): Buffer {
	const datagram = header(kinds.pulse, pulse, length);
	datagram.writeUInt32BE(pulse.interval, 12);
	datagram[16] = pulse.lookAnew ? lookAnewFlag : 0;
	datagram.writeUInt16BE(datagram.length, 18);
	datagram.writeUInt32BE(pulse.generation, 20);
	return sign(datagram, kinds.pulse, key);
}

/** Reads a pulse; undefined when it is not one, or not by who has the key. */
export function decodePulse(datagram: Buffer, key: Buffer): Pulse | undefined {
	if (!isGenuine(datagram, kinds.pulse, key)) return undefined;
	if (datagram.readUInt16BE(18) !== datagram.length) return undefined;
	const interval = datagram.readUInt32BE(12);
	if (interval < 100 || interval > 3_600_000) return undefined;
	return {
		run: datagram.readUInt32BE(4),
		counter: datagram.readUInt32BE(8),
		interval,
		lookAnew: (datagram[16]! & lookAnewFlag) !== 0,
		generation: datagram.readUInt32BE(20),
	};
}

/** Writes the answer to a pulse that was `length` bytes long. */
export function encodeAnswer(answer: PulseAnswer, key: Buffer, length: number = pulseLength): Buffer {
	const { endpoint } = answer;
	const datagram = header(kinds.answer, answer, length);
	datagram[13] = answer.sub;
	if (endpoint) {
		datagram[12] = familyOf(endpoint.address);
		datagram.writeUInt16BE(endpoint.port, 14);
		writeAddress(endpoint.address, datagram, 16);
	}
	datagram.writeUInt32BE(answer.generation, 32);
	return sign(datagram, kinds.answer, key);
}

/** Reads an answer; undefined when it is not one, or not by who has the key. */
export function decodeAnswer(datagram: Buffer, key: Buffer): PulseAnswer | undefined {
	if (!isGenuine(datagram, kinds.answer, key)) return undefined;
	const family = datagram[12];
	if (family !== 0 && family !== 4 && family !== 6) return undefined;
	const bytes = datagram.subarray(16, family === 4 ? 20 : 32);
	return {
		run: datagram.readUInt32BE(4),
		counter: datagram.readUInt32BE(8),
		sub: datagram[13]!,
		endpoint: family ? { address: addressOfBytes(bytes), port: datagram.readUInt16BE(14) } : undefined,
		generation: datagram.readUInt32BE(32),
	};
}

function header(kind: number, { run, counter }: { run: number; counter: number }, length: number): Buffer {
	// From the pool: memory of its own for each costs the garbage collector more than all that is written here.
	const datagram = Buffer.allocUnsafe(Math.max(length, pulseLength)).fill(0);
	datagram[0] = 0x48;
	datagram[1] = 0x57;
	datagram[2] = pulseVersion;
	datagram[3] = kind;
	datagram.writeUInt32BE(run, 4);
	datagram.writeUInt32BE(counter, 8);
	return datagram;
}

function sign(datagram: Buffer, kind: 1 | 2, key: Buffer): Buffer {
	macOf(datagram, kind, key).copy(datagram, macAt[kind]);
	return datagram;
}

function isGenuine(datagram: Buffer, kind: 1 | 2, key: Buffer): boolean {
	if (datagram.length < pulseLength || versionOf(datagram) !== pulseVersion || datagram[3] !== kind)
		return false;
	return timingSafeEqual(macOf(datagram, kind, key), datagram.subarray(macAt[kind], pulseLength));
}

function macOf(datagram: Buffer, kind: 1 | 2, key: Buffer): Buffer {
	const mac = hmacSha256(key, datagram.subarray(0, macAt[kind]));
	return mac.subarray(0, pulseLength - macAt[kind]);
}
