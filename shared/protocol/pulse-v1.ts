import { addressOfBytes, bytesOf, type Endpoint, familyOf } from "../address.ts";

/**
 * The pulse of version 1, whose answers prove nothing but that their sender saw the pulse: spoken with those who have
 * never spoken version 2. Big-endian, like everything on the wire.
 *
 *     0..1   "HW"
 *     2      1, the version
 *     3      1 pulse, 2 answer, 3 nudge (the relay's, only to make WireGuard initiate)
 *     4..19  nonce, random in the pulse, repeated in the answer
 *     20..23 pulse: milliseconds between two pulses
 *     20     answer: 4 or 6 for the family of the endpoint, 0 when it is not known
 *     22..23 answer: port of the endpoint
 *     24..39 answer: address of the endpoint, 4 or 16 bytes
 *
 * An answer is as long as its pulse, never longer: nobody can be flooded through us.
 */
export const pulseVersion1 = 1;

/** The shortest datagram; a pulse padded to the path's full size has the tunnel's MTU less the IP and UDP headers. */
export const pulseLength1 = 40;

export interface Pulse1 {
	nonce: Buffer;
	/** Milliseconds between this home's pulses. */
	interval: number;
}

export interface PulseAnswer1 {
	nonce: Buffer;
	/** Under which address and port the relay sees us; undefined when it does not know. */
	endpoint: Endpoint | undefined;
}

const kinds = { pulse: 1, answer: 2, nudge: 3 } as const;

/** Writes a pulse of `length` bytes. */
export function encodePulse1(nonce: Buffer, interval: number, length: number = pulseLength1): Buffer {
	const datagram = header(kinds.pulse, nonce, length);
	datagram.writeUInt32BE(interval, 20);
	return datagram;
}

/** Reads a pulse; undefined when it is not one. */
export function decodePulse1(datagram: Buffer): Pulse1 | undefined {
	if (!isOurs(datagram, kinds.pulse)) return undefined;
	const interval = datagram.readUInt32BE(20);
	if (interval < 100 || interval > 3_600_000) return undefined;
	return { nonce: nonceOf(datagram), interval };
}

/** Writes the answer to a pulse that was `length` bytes long. */
export function encodeAnswer1(nonce: Buffer, endpoint: Endpoint | undefined, length: number): Buffer {
	const datagram = header(kinds.answer, nonce, length);
	if (endpoint) {
		datagram[20] = familyOf(endpoint.address);
		datagram.writeUInt16BE(endpoint.port, 22);
		bytesOf(endpoint.address).copy(datagram, 24);
	}
	return datagram;
}

/** Reads an answer; undefined when it is not one. */
export function decodeAnswer1(datagram: Buffer): PulseAnswer1 | undefined {
	if (!isOurs(datagram, kinds.answer)) return undefined;
	const family = datagram[20];
	if (family !== 0 && family !== 4 && family !== 6) return undefined;
	const bytes = datagram.subarray(24, family === 4 ? 28 : 40);
	const endpoint = family ? { address: addressOfBytes(bytes), port: datagram.readUInt16BE(22) } : undefined;
	return { nonce: nonceOf(datagram), endpoint };
}

/** A datagram that says nothing: sending it makes WireGuard start a handshake when it has no session. */
export function encodeNudge(): Buffer {
	return header(kinds.nudge, Buffer.alloc(16), pulseLength1);
}

function header(kind: number, nonce: Buffer, length: number): Buffer {
	const datagram = Buffer.alloc(Math.max(length, pulseLength1));
	datagram.write("HW", "latin1");
	datagram[2] = pulseVersion1;
	datagram[3] = kind;
	nonce.copy(datagram, 4);
	return datagram;
}

function isOurs(datagram: Buffer, kind: number): boolean {
	return (
		datagram.length >= pulseLength1 &&
		datagram.toString("latin1", 0, 2) === "HW" &&
		datagram[2] === pulseVersion1 &&
		datagram[3] === kind
	);
}

function nonceOf(datagram: Buffer): Buffer {
	return Buffer.from(datagram.subarray(4, 20));
}
