import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";
import { publicKeyOf, sharedSecret } from "../protocol/keys.ts";

/** What both sides make of an invitation's seed: one key a use, none of which tells another or the seed. */
export interface SeedKeys {
	/** The private key, base64, with which the home first opens the tunnel. The relay keeps the public one alone. */
	bootstrapKey: string;
	/** WireGuard's preshared key of that first tunnel, base64. */
	bootstrapPresharedKey: string;
	/** Proves a request to be of whoever has the code. */
	request: Buffer;
	/** Goes into what proves an answer. */
	answer: Buffer;
	/** Goes into the preshared key of the tunnel that stays. */
	presharedKey: Buffer;
}

/** What the relay keeps of an invitation until it is used: enough to check it, not enough to use it. */
export type RelayKeys = Pick<SeedKeys, "request" | "answer" | "presharedKey" | "bootstrapPresharedKey"> & {
	bootstrapPublicKey: string;
};

/** HKDF-SHA-256 (RFC 5869) of the seed, a label each. */
export function seedKeys(seed: Buffer): SeedKeys {
	const derive = (use: string) =>
		Buffer.from(hkdfSync("sha256", seed, "", `heimweg invitation v1 ${use}`, 32));
	return {
		bootstrapKey: derive("bootstrap key").toString("base64"),
		bootstrapPresharedKey: derive("bootstrap preshared key").toString("base64"),
		request: derive("request"),
		answer: derive("answer"),
		presharedKey: derive("preshared key"),
	};
}

/** The relay's share of them. */
export function relayKeysOf(seed: Buffer): RelayKeys {
	const { bootstrapKey, ...keys } = seedKeys(seed);
	return { ...keys, bootstrapPublicKey: publicKeyOf(bootstrapKey) };
}

/** What the home's new key and the relay's key make together with a key of the seed's; who lacks either has none of it. */
export interface EnrolmentKeys {
	/** Proves that who asks has the new key. */
	proof: Buffer;
	/** Proves an answer to be the relay's, to this key, by this invitation. */
	answer: Buffer;
	/** WireGuard's preshared key of the two, base64: it is never sent. */
	presharedKey: string;
}

/**
 * X25519 over the home's new key and the relay's (RFC 7748), into HKDF-SHA-256 with the seed's key as its salt, and both
 * public keys behind the label: an answer or a preshared key is good for these two and this invitation alone. Throws
 * for a public key of low order.
 */
export function enrolmentKeys(
	own: { privateKey: string; role: "home" | "relay" },
	otherKey: string,
	seed: Pick<SeedKeys, "request" | "answer" | "presharedKey">,
): EnrolmentKeys {
	const secret = sharedSecret(own.privateKey, otherKey);
	const keys = [publicKeyOf(own.privateKey), otherKey].map((key) => Buffer.from(key, "base64"));
	if (own.role === "home") keys.reverse();
	const derive = (use: string, salt: Buffer) => {
		const info = Buffer.concat([Buffer.from(`heimweg enrolment v1 ${use}`), ...keys]);
		return Buffer.from(hkdfSync("sha256", secret, salt, info, 32));
	};
	return {
		proof: derive("proof", seed.request),
		answer: derive("answer", seed.answer),
		presharedKey: derive("preshared key", seed.presharedKey).toString("base64"),
	};
}

/** HMAC-SHA-256, base64. */
export function macOf(key: Buffer, text: string): string {
	return createHmac("sha256", key).update(text).digest("base64");
}

export function isMac(key: Buffer, text: string, mac: string): boolean {
	const given = Buffer.from(mac, "base64");
	const right = Buffer.from(macOf(key, text), "base64");
	return given.length === right.length && timingSafeEqual(given, right);
}
