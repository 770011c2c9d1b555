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
			key: Buffer.concat([privatePrefix, Buffer.from(privateKey, "base64")]),
			format: "der",
			type: "pkcs8",
		}),
		publicKey: createPublicKey({
			key: Buffer.concat([publicPrefix, Buffer.from(publicKey, "base64")]),
			format: "der",
			type: "spki",
		}),
	});
	return Buffer.from(hkdfSync("sha256", shared, "", "heimweg check-in v1", 32)).toString("base64url");
}

/** The WireGuard public key of a private key, both base64. */
export function publicKeyOf(privateKey: string): string {
	const key = createPrivateKey({
		key: Buffer.concat([privatePrefix, Buffer.from(privateKey, "base64")]),
		format: "der",
		type: "pkcs8",
	});
	return createPublicKey(key)
		.export({ format: "der", type: "spki" })
		.subarray(publicPrefix.length)
		.toString("base64");
}

/** True when an `Authorization` header carries this bearer; takes the same time for any wrong one. */
export function isBearer(header: string | undefined, bearer: string): boolean {
	const given = Buffer.from(header ?? "");
	const wanted = Buffer.from(`Bearer ${bearer}`);
	return given.length === wanted.length && timingSafeEqual(given, wanted);
}
