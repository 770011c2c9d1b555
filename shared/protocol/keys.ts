import { createPrivateKey, createPublicKey, diffieHellman, hkdfSync, type KeyObject } from "node:crypto";

/** DER prefixes of raw X25519 keys (RFC 8410). */
const privatePrefix = Buffer.from("302e020100300506032b656e04220420", "hex");
const publicPrefix = Buffer.from("302a300506032b656e032100", "hex");

/** Bytes of each key. */
const keyLength = 32;

/** One key a use and a direction, 32 bytes each: what proves a pulse cannot prove an answer. */
export interface ProtocolKeys {
	/** Authenticates the home's pulses. */
	pulse: Buffer;
	/** Authenticates the relay's answers. */
	answer: Buffer;
	/** The pre-shared key of the check-in's TLS. */
	checkin: Buffer;
}

/**
 * The keys that a home and the relay share without ever having sent them: X25519 over the two WireGuard keys
 * (RFC 7748) and the preshared key, or zeros, into HKDF-SHA-256 (RFC 5869). They prove who speaks; a tunnel address only
 * says whose keys to try, since any process may stand at an address of its machine.
 *
 * @param privateKey our WireGuard private key, base64
 * @param publicKey the other side's public key, base64
 * @param role which side we are
 * @param presharedKey WireGuard's preshared key of the two, base64
 */
export function deriveKeys(
	privateKey: string,
	publicKey: string,
	role: "home" | "relay",
	presharedKey?: string,
): ProtocolKeys {
	const publicKeys = [publicKeyOf(privateKey), publicKey].map(rawKey);
	if (role === "relay") publicKeys.reverse();
	const preshared = presharedKey === undefined ? Buffer.alloc(32) : rawKey(presharedKey);
	const secret = Buffer.concat([sharedSecret(privateKey, publicKey), preshared]);
	// All in one piece of memory of their own: ten thousand homes have thirty thousand keys.
	const keys = Buffer.allocUnsafeSlow(3 * keyLength);
	const derive = (use: string, at: number) => {
		const info = Buffer.concat([Buffer.from(`heimweg v2 ${use}`), ...publicKeys]);
		const key = new Uint8Array(hkdfSync("sha256", secret, "", info, keyLength));
		keys.set(key, at * keyLength);
		return keys.subarray(at * keyLength, (at + 1) * keyLength);
	};
	return { pulse: derive("pulse", 0), answer: derive("answer", 1), checkin: derive("check-in", 2) };
}

/** What X25519 makes of the two WireGuard keys (RFC 7748, section 6.1); throws for a public key of low order. */
export function sharedSecret(privateKey: string, publicKey: string): Buffer {
	return diffieHellman({
		privateKey: ownKey(privateKey).key,
		publicKey: createPublicKey({ key: der(publicPrefix, publicKey), format: "der", type: "spki" }),
	});
}

/** The WireGuard public key of a private key, both base64. */
export function publicKeyOf(privateKey: string): string {
	return ownKey(privateKey).publicKey;
}

/** The private key that was used last: a program has one, and reading it takes longer than all that is done with it. */
let last: { text: string; key: KeyObject; publicKey: string } | undefined;

function ownKey(text: string): { key: KeyObject; publicKey: string } {
	if (last?.text === text) return last;
	const key = createPrivateKey({ key: der(privatePrefix, text), format: "der", type: "pkcs8" });
	const spki = createPublicKey(key).export({ format: "der", type: "spki" });
	last = { text, key, publicKey: spki.subarray(publicPrefix.length).toString("base64") };
	return last;
}

function der(prefix: Buffer, key: string): Buffer {
	return Buffer.concat([prefix, rawKey(key)]);
}

/** A key's bytes; node:crypto would ignore what is behind the 32. */
function rawKey(key: string): Buffer {
	const raw = Buffer.from(key, "base64");
	if (raw.length !== 32) throw new RangeError(`a WireGuard key has 32 bytes, this one has ${raw.length}`);
	return raw;
}
