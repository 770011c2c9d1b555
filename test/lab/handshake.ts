import {
	createCipheriv,
	createHash,
	createHmac,
	createPrivateKey,
	createPublicKey,
	diffieHellman,
	generateKeyPairSync,
	type KeyObject,
} from "node:crypto";
import { blake2s } from "./blake2s.ts";

export interface HandshakeOptions {
	/** The initiator's own key, and the responder's; base64. */
	privateKey: string;
	publicKey: string;
	/** What the initiator's clock shows. */
	at: Date;
	/** How the initiator calls the session. */
	index?: number;
}

/** The keys of a session, once both have spoken. */
export interface SessionKeys {
	send: Buffer;
	receive: Buffer;
	/** How the responder calls the session. */
	peer: number;
}

/** A WireGuard handshake initiation as the holder of `privateKey` would send it. */
export function initiation(options: HandshakeOptions): Buffer {
	return beginHandshake(options).message;
}

/**
 * A WireGuard handshake from its initiator's side (the protocol's paper, section 5.4.2 and 5.4.3): Noise_IKpsk2 over
 * X25519, ChaCha20-Poly1305 and BLAKE2s, without a preshared key.
 */
export function beginHandshake(options: HandshakeOptions): {
	message: Buffer;
	/** Reads the response; throws when it is not this responder's, to this initiation. */
	finish(response: Buffer): SessionKeys;
} {
	const relay = Buffer.from(options.publicKey, "base64");
	const own = privateKeyOf(Buffer.from(options.privateKey, "base64"));
	const ephemeral = generateKeyPairSync("x25519").privateKey;
	const with_ = publicKeyOf(relay);

	let chain = hash(Buffer.from("Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s"));
	let log = hash(chain, Buffer.from("WireGuard v1 zx2c4 Jason@zx2c4.com"));
	log = hash(log, relay);

	const head = Buffer.alloc(8);
	head.writeUInt8(1, 0);
	head.writeUInt32LE(options.index ?? 0x68656d77, 4);

	const point = rawPublicKey(ephemeral);
	[chain] = derive(chain, point);
	log = hash(log, point);

	let key: Buffer;
	[chain, key] = derive(chain, diffieHellman({ privateKey: ephemeral, publicKey: with_ }));
	const sealedKey = seal(key, rawPublicKey(own), log);
	log = hash(log, sealedKey);

	[chain, key] = derive(chain, diffieHellman({ privateKey: own, publicKey: with_ }));
	const sealedTime = seal(key, tai64n(options.at), log);
	log = hash(log, sealedTime);

	const message = Buffer.concat([head, point, sealedKey, sealedTime]);
	const mac1 = blake2s(message, hash(Buffer.from("mac1----"), relay), 16);
	return {
		message: Buffer.concat([message, mac1, Buffer.alloc(16)]),
		finish(response) {
			if (response.length !== 92 || response[0] !== 2) throw new Error("that is no handshake response");
			const theirs = response.subarray(12, 44);
			const theirKey = publicKeyOf(theirs);
			let [link] = derive(chain, theirs);
			let said = hash(log, theirs);
			[link] = derive(link, diffieHellman({ privateKey: ephemeral, publicKey: theirKey }));
			[link] = derive(link, diffieHellman({ privateKey: own, publicKey: theirKey }));
			const [next, tau, proof] = derive(link, Buffer.alloc(32));
			said = hash(said, tau);
			if (!seal(proof, Buffer.alloc(0), said).equals(response.subarray(44, 60)))
				throw new Error("the handshake response is somebody else's");
			const [send, receive] = derive(next, Buffer.alloc(0));
			return { send, receive, peer: response.readUInt32LE(4) };
		},
	};
}

function hash(...parts: Buffer[]): Buffer {
	return createHash("blake2s256").update(Buffer.concat(parts)).digest();
}

/** The first three keys of HKDF (RFC 5869) with this chaining key as its salt. */
function derive(chain: Buffer, input: Buffer): [Buffer, Buffer, Buffer] {
	const hmac = (key: Buffer, data: Buffer) => createHmac("blake2s256", key).update(data).digest();
	const secret = hmac(chain, input);
	const first = hmac(secret, Buffer.from([1]));
	const second = hmac(secret, Buffer.concat([first, Buffer.from([2])]));
	return [first, second, hmac(secret, Buffer.concat([second, Buffer.from([3])]))];
}

/** AEAD with the nonce 0 (RFC 8439). */
function seal(key: Buffer, text: Buffer, bound: Buffer): Buffer {
	const cipher = createCipheriv("chacha20-poly1305", key, Buffer.alloc(12), { authTagLength: 16 });
	cipher.setAAD(bound, { plaintextLength: text.length });
	return Buffer.concat([cipher.update(text), cipher.final(), cipher.getAuthTag()]);
}

/** Seconds and nanoseconds, as a label that grows with time (https://cr.yp.to/libtai/tai64.html). */
function tai64n(at: Date): Buffer {
	const label = Buffer.alloc(12);
	label.writeBigUInt64BE(0x400000000000000an + BigInt(Math.floor(at.getTime() / 1000)));
	return label;
}

/** What stands before a raw key in its DER form (RFC 8410). */
const pkcs8 = Buffer.from("302e020100300506032b656e04220420", "hex");
const spki = Buffer.from("302a300506032b656e032100", "hex");

function privateKeyOf(raw: Buffer): KeyObject {
	return createPrivateKey({ key: Buffer.concat([pkcs8, raw]), format: "der", type: "pkcs8" });
}

function publicKeyOf(raw: Buffer): KeyObject {
	return createPublicKey({ key: Buffer.concat([spki, raw]), format: "der", type: "spki" });
}

function rawPublicKey(key: KeyObject): Buffer {
	return createPublicKey(key).export({ format: "der", type: "spki" }).subarray(-32);
}
