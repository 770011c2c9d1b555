import { createCipheriv, createDecipheriv } from "node:crypto";
import { beginHandshake, type SessionKeys } from "../../lab/handshake.ts";

// WireGuard from a home's side, in this process: what wireguard-go at the relay holds for a real peer, and is one. A
// wireguard-go for each of thousands would fit on no machine.

export interface SessionOptions {
	privateKey: string;
	/** The relay's. */
	publicKey: string;
	/** Tunnel addresses, IPv4, and the UDP ports of what is sent and expected. */
	from: string;
	to: string;
	fromPort: number;
	toPort: number;
	/** Puts a datagram on the wire. */
	put(datagram: Buffer): void;
	/** A UDP payload came through the tunnel. */
	onPayload(payload: Buffer): void;
}

export interface Session {
	/** Makes a handshake; resolves when it is done, and throws after three tries. */
	connect(): Promise<void>;
	/** Sends a UDP payload through the tunnel; makes a new handshake in time (the paper's section 6.1). */
	send(payload: Buffer): void;
	/** A datagram came from the wire. */
	hear(datagram: Buffer): void;
}

/**
 * Milliseconds of a session after which its initiator makes another (REKEY_AFTER_TIME is 120 s), each at its own moment:
 * a relay that gets a thousand initiations at once asks for cookies, which this side does not know.
 */
const renewAfter = () => 50_000 + 60_000 * Math.random();

/** Milliseconds for an answer to a handshake (REKEY_TIMEOUT). */
const patience = 5_000;

export function createSession(options: SessionOptions): Session {
	const frame = ipv4Frame(options);
	let keys: (SessionKeys & { renewAt: number; counter: bigint }) | undefined;
	let before: SessionKeys | undefined;
	let pending: { finish(response: Buffer): SessionKeys; done(): void } | undefined;
	let renewing = false;

	async function connect(): Promise<void> {
		for (let tries = 0; tries < 3; tries++) {
			const { message, finish } = beginHandshake({ ...options, at: new Date() });
			const inTime = await new Promise<boolean>((resolve) => {
				const timer = setTimeout(() => resolve(false), patience);
				pending = {
					finish,
					done() {
						clearTimeout(timer);
						resolve(true);
					},
				};
				options.put(message);
			});
			pending = undefined;
			if (inTime) return;
		}
		throw new Error("WireGuard at the relay did not answer three handshakes");
	}

	return {
		connect,
		send(payload) {
			if (!keys) return;
			if (performance.now() > keys.renewAt && !renewing) {
				renewing = true;
				void connect()
					.catch(() => {})
					.finally(() => {
						renewing = false;
					});
			}
			options.put(seal(keys.send, keys.peer, keys.counter, frame(payload)));
			keys.counter += 1n;
		},
		hear(datagram) {
			if (datagram[0] === 2 && pending) {
				before = keys;
				try {
					keys = { ...pending.finish(datagram), renewAt: performance.now() + renewAfter(), counter: 0n };
					pending.done();
				} catch {
					// Late, to an initiation that another one has followed.
				}
			}
			if (datagram[0] !== 4) return;
			const packet = (keys && open(keys.receive, datagram)) ?? (before && open(before.receive, datagram));
			// What is empty keeps the session alive.
			if (packet && packet.length > 28) options.onPayload(payloadOf(packet));
		},
	};
}

function nonceOf(counter: bigint): Buffer {
	const nonce = Buffer.alloc(12);
	nonce.writeBigUInt64LE(counter, 4);
	return nonce;
}

function seal(key: Buffer, peer: number, counter: bigint, packet: Buffer): Buffer {
	const head = Buffer.alloc(16);
	head[0] = 4;
	head.writeUInt32LE(peer, 4);
	head.writeBigUInt64LE(counter, 8);
	const padded = Buffer.alloc(Math.ceil(packet.length / 16) * 16);
	packet.copy(padded);
	const cipher = createCipheriv("chacha20-poly1305", key, nonceOf(counter), { authTagLength: 16 });
	return Buffer.concat([head, cipher.update(padded), cipher.final(), cipher.getAuthTag()]);
}

function open(key: Buffer, datagram: Buffer): Buffer | undefined {
	const decipher = createDecipheriv("chacha20-poly1305", key, nonceOf(datagram.readBigUInt64LE(8)), {
		authTagLength: 16,
	});
	decipher.setAuthTag(datagram.subarray(-16));
	try {
		return Buffer.concat([decipher.update(datagram.subarray(16, -16)), decipher.final()]);
	} catch {
		return undefined;
	}
}

/** Writes IPv4 packets with a UDP payload (RFC 791, RFC 768; UDP may do without its checksum). */
function ipv4Frame({ from, to, fromPort, toPort }: SessionOptions): (payload: Buffer) => Buffer {
	return (payload) => {
		const packet = Buffer.alloc(28 + payload.length);
		packet[0] = 0x45;
		packet.writeUInt16BE(packet.length, 2);
		packet.writeUInt16BE(0x4000, 6);
		packet.set([64, 17], 8);
		for (const [at, address] of [from, to].entries()) packet.set(address.split(".").map(Number), 12 + 4 * at);
		packet.writeUInt16BE(checksum(packet.subarray(0, 20)), 10);
		packet.writeUInt16BE(fromPort, 20);
		packet.writeUInt16BE(toPort, 22);
		packet.writeUInt16BE(8 + payload.length, 24);
		payload.copy(packet, 28);
		return packet;
	};
}

function checksum(header: Buffer): number {
	let sum = 0;
	for (let at = 0; at < header.length; at += 2) sum += header.readUInt16BE(at);
	while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
	return ~sum & 0xffff;
}

/** WireGuard pads: how long the payload is, UDP says. */
function payloadOf(packet: Buffer): Buffer {
	const header = (packet[0]! & 0x0f) * 4;
	return packet.subarray(header + 8, header + packet.readUInt16BE(header + 4));
}
