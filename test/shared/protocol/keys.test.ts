import { hkdfSync } from "node:crypto";
import { expect, test } from "vitest";
import { deriveKeys, publicKeyOf } from "../../../shared/protocol/keys.ts";

const base64 = (hex: string) => Buffer.from(hex, "hex").toString("base64");

// RFC 7748, section 6.1.
const home = {
	private: base64("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a"),
	public: base64("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a"),
};
const relay = {
	private: base64("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"),
	public: base64("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f"),
};
const shared = Buffer.from("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742", "hex");
const preshared = Buffer.alloc(32, 7);

const uses = [
	["pulse", "pulse"],
	["answer", "answer"],
	["checkin", "check-in"],
] as const;

test.each([
	["zeros", undefined, Buffer.alloc(32)],
	["the preshared key", preshared.toString("base64"), preshared],
])("both sides derive one key a use from RFC 7748's secret and %s, by HKDF-SHA-256", (_, given, mixed) => {
	const publics = Buffer.concat([Buffer.from(home.public, "base64"), Buffer.from(relay.public, "base64")]);
	const atHome = deriveKeys(home.private, relay.public, "home", given);
	expect(deriveKeys(relay.private, home.public, "relay", given)).toEqual(atHome);
	for (const [use, label] of uses) {
		const info = Buffer.concat([Buffer.from(`heimweg v2 ${label}`), publics]);
		const wanted = Buffer.from(hkdfSync("sha256", Buffer.concat([shared, mixed]), "", info, 32));
		expect(atHome[use].toString("hex")).toBe(wanted.toString("hex"));
	}
});

// This text is the wire format: a change of it locks out every home that was not upgraded.
test("the keys of RFC 7748's two are these", () => {
	const { pulse, answer, checkin } = deriveKeys(home.private, relay.public, "home");
	expect([pulse, answer, checkin].map((key) => key.toString("hex"))).toMatchInlineSnapshot(`
		[
		  "177166faf7d6af279ab0bc4913e1f254ffe9996ffcf29f62c52b76e5db7083fe",
		  "941355660b3f6a16fcdc09ac77ec8265dcab8e082dbd8e2f4353b8611271504d",
		  "407f58d76ee4352f448e71bd7c431d08af3b59e164de6492ab238a8af2da1a3c",
		]
	`);
});

test("every use, side, preshared key and peer has a key of its own", () => {
	const third = publicKeyOf(base64("11".repeat(32)));
	const all = [
		deriveKeys(home.private, relay.public, "home"),
		deriveKeys(home.private, relay.public, "relay"),
		deriveKeys(home.private, relay.public, "home", preshared.toString("base64")),
		deriveKeys(home.private, third, "home"),
	].flatMap((keys) => Object.values(keys).map((key: Buffer) => key.toString("hex")));
	expect(new Set(all).size).toBe(12);
});

test("a public key of low order, and what is no key, make none, and no error repeats the private one", () => {
	for (const attempt of [
		() => deriveKeys(home.private, base64("00".repeat(32)), "home"),
		() => deriveKeys(home.private, "AAAA", "home"),
		() => deriveKeys("AAAA", relay.public, "home"),
		() => deriveKeys(home.private, relay.public, "home", "AAAA"),
	]) {
		let message = "nothing was thrown";
		try {
			attempt();
		} catch (error) {
			message = String((error as Error).stack);
		}
		expect(message).toContain("Error");
		expect(message).not.toContain(home.private);
	}
});
