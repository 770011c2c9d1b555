import { createPrivateKey, createPublicKey, diffieHellman, hkdfSync, timingSafeEqual } from "node:crypto";

/** DER prefixes of raw X25519 keys (RFC 8410). */
const privatePrefix = Buffer.from("302e020100300506032b656e04220420", "hex");
const publicPrefix = Buffer.from("302a300506032b656e032100", "hex");

/**
 * The secret that a home and the relay share without ever having sent it: X25519 over the two WireGuard keys
 * (RFC 7748), then HKDF-SHA-256 (RFC 5869). It proves that a check-in comes from the agent, which alone can read
 * the home's private key; any process on the home could use the home's tunnel address.
 *
 * @param privateKey our WireGuard private key, base64
 * @param publicKey the other side's public key, base64
 */
export function deriveBearer(privateKey: string, publicKey: string): string {
	const shared = diffieHellman({
		privateKey: createPrivateKey({
			key: der(privatePrefix, privateKey),
			format: "der",
			type: "pkcs8",
		}),
		publicKey: createPublicKey({
			key: der(publicPrefix, publicKey),
			format: "der",
			type: "spki",
		}),
	});
	return Buffer.from(hkdfSync("sha256", shared, "", "heimweg check-in v1", 32)).toString("base64url");
}

/** The WireGuard public key of a private key, both base64. */
export function publicKeyOf(privateKey: string): string {
	const key = createPrivateKey({
		key: der(privatePrefix, privateKey),
		format: "der",
		type: "pkcs8",
	});
	return createPublicKey(key)
		.export({ format: "der", type: "spki" })
		.subarray(publicPrefix.length)
		.toString("base64");
}

/** A key as node:crypto reads it; it would ignore what is behind the 32 bytes. */
function der(prefix: Buffer, key: string): Buffer {
	const raw = Buffer.from(key, "base64");
	if (raw.length !== 32) throw new RangeError(`a WireGuard key has 32 bytes, this one has ${raw.length}`);
	return Buffer.concat([prefix, raw]);
}

/** True when an `Authorization` header carries this bearer; takes the same time for any wrong one. */
export function isBearer(header: string | undefined, bearer: string): boolean {
	const given = Buffer.from(header ?? "");
	const wanted = Buffer.from(`Bearer ${bearer}`);
	return given.length === wanted.length && timingSafeEqual(given, wanted);
}
