import { hkdfSync, timingSafeEqual } from "node:crypto";
import { sharedSecret } from "./keys.ts";

/**
 * What proved a check-in in version 1 of the protocol, sent in clear to whoever held the relay's port. It is asked for,
 * and shown, only between a home and a relay of which one has never spoken version 2.
 *
 * @param privateKey our WireGuard private key, base64
 * @param publicKey the other side's public key, base64
 */
export function deriveBearer(privateKey: string, publicKey: string): string {
	const secret = sharedSecret(privateKey, publicKey);
	return Buffer.from(hkdfSync("sha256", secret, "", "heimweg check-in v1", 32)).toString("base64url");
}

/** True when an `Authorization` header carries this bearer; takes the same time for any wrong one. */
export function isBearer(header: string | undefined, bearer: string): boolean {
	const given = Buffer.from(header ?? "");
	const wanted = Buffer.from(`Bearer ${bearer}`);
	return given.length === wanted.length && timingSafeEqual(given, wanted);
}
