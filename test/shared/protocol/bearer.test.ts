import {
	createPrivateKey,
	createPublicKey,
	diffieHellman,
	generateKeyPairSync,
	hkdfSync,
	randomBytes,
} from "node:crypto";
import { expect, test } from "vitest";
import { deriveBearer, isBearer } from "../../../shared/protocol/bearer.ts";
import { publicKeyOf } from "../../../shared/protocol/keys.ts";

const base64 = (hex: string) => Buffer.from(hex, "hex").toString("base64");

// RFC 7748, section 6.1.
const alice = {
	private: base64("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a"),
	public: base64("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a"),
};
const bob = {
	private: base64("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"),
	public: base64("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f"),
};
const shared = Buffer.from("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742", "hex");

test("public keys follow from private ones as in RFC 7748", () => {
	expect(publicKeyOf(alice.private)).toBe(alice.public);
	expect(publicKeyOf(bob.private)).toBe(bob.public);
});

test("the bearer is HKDF-SHA-256 over RFC 7748's shared secret, the same on both sides", () => {
	const expected = Buffer.from(hkdfSync("sha256", shared, "", "heimweg check-in v1", 32)).toString(
		"base64url",
	);
	expect(deriveBearer(alice.private, bob.public)).toBe(expected);
	expect(deriveBearer(bob.private, alice.public)).toBe(expected);
});

// This text is the wire format: a change of it locks out every home that was not upgraded.
test("the bearer of RFC 7748's keys is this text", () => {
	expect(deriveBearer(alice.private, bob.public)).toBe("ikuIHaE2YNJPQGtG9xotNxwsua59ugzN2nXLikfmzYk");
});

test("keys as wg prints them give both sides one bearer, and each pair its own", () => {
	const fresh = () => {
		const { privateKey } = generateKeyPairSync("x25519");
		const raw = privateKey.export({ format: "der", type: "pkcs8" }).subarray(-32).toString("base64");
		return { private: raw, public: publicKeyOf(raw) };
	};
	const relay = fresh();
	const bearers = new Set<string>();
	for (let n = 0; n < 50; n++) {
		const home = fresh();
		const bearer = deriveBearer(relay.private, home.public);
		expect(deriveBearer(home.private, relay.public)).toBe(bearer);
		expect(bearer).toMatch(/^[A-Za-z0-9_-]{43}$/);
		bearers.add(bearer);
	}
	expect(bearers.size).toBe(50);
});

test("an unclamped private key, as wg takes it too, has the public key of its clamped form", () => {
	const raw = randomBytes(32);
	const clamped = Buffer.from(raw);
	clamped[0] = (clamped[0] ?? 0) & 248;
	clamped[31] = ((clamped[31] ?? 0) & 127) | 64;
	expect(publicKeyOf(raw.toString("base64"))).toBe(publicKeyOf(clamped.toString("base64")));
	// And with the system's own key objects, so that both sides of this test are not one function.
	const der = Buffer.concat([Buffer.from("302e020100300506032b656e04220420", "hex"), raw]);
	const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
	const other = generateKeyPairSync("x25519");
	const direct = diffieHellman({ privateKey: key, publicKey: other.publicKey });
	const reverse = diffieHellman({ privateKey: other.privateKey, publicKey: createPublicKey(key) });
	expect(direct.equals(reverse)).toBe(true);
});

// A low-order point makes a secret that anybody knows.
test.each(["00".repeat(32), `01${"00".repeat(31)}`, `ecff${"ff".repeat(29)}7f`])(
	"a public key of low order, %s, makes no bearer",
	(point) => {
		expect(() => deriveBearer(alice.private, base64(point))).toThrow();
	},
);

test.each(["", "AAAA", "not base64 at all", base64("00".repeat(31)), base64("00".repeat(33))])(
	"%j is no key, and the error does not repeat the private one",
	(key) => {
		for (const attempt of [
			() => deriveBearer(key, bob.public),
			() => deriveBearer(alice.private, key),
			() => publicKeyOf(key),
		]) {
			let message = "nothing was thrown";
			try {
				attempt();
			} catch (error) {
				message = String((error as Error).stack);
			}
			expect(message).toContain("Error");
			expect(message).not.toContain(alice.private);
		}
	},
);

test("only the very header with the bearer is taken", () => {
	const bearer = deriveBearer(alice.private, bob.public);
	expect(isBearer(`Bearer ${bearer}`, bearer)).toBe(true);
	const wrong = [
		undefined,
		"",
		"Bearer ",
		bearer,
		`Bearer ${bearer} `,
		` Bearer ${bearer}`,
		`bearer ${bearer}`,
		`Basic ${bearer}`,
		`Bearer ${bearer.slice(0, -1)}`,
		`Bearer ${bearer}A`,
		`Bearer ${deriveBearer(alice.private, alice.public)}`,
		`Bearer ${"ü".repeat(bearer.length)}`,
		"x".repeat(1_000_000),
	];
	for (const header of wrong) expect(isBearer(header, bearer)).toBe(false);
	for (let at = 0; at < bearer.length; at++) {
		const other = bearer[at] === "A" ? "B" : "A";
		expect(isBearer(`Bearer ${bearer.slice(0, at)}${other}${bearer.slice(at + 1)}`, bearer)).toBe(false);
	}
});
