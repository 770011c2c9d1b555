import { generateKeyPairSync, randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { parseAddress } from "../../../shared/address.ts";
import { type Answer, homeExchange, readRequest } from "../../../shared/invitation/exchange.ts";
import { enrolmentKeys, macOf, relayKeysOf, seedKeys } from "../../../shared/invitation/secrets.ts";
import { words, wordsOf } from "../../../shared/invitation/words.ts";
import { publicKeyOf } from "../../../shared/protocol/keys.ts";

function newKey(): { privateKey: string; publicKey: string } {
	const { privateKey } = generateKeyPairSync("x25519");
	const raw = privateKey.export({ format: "der", type: "pkcs8" }).subarray(-32).toString("base64");
	return { privateKey: raw, publicKey: publicKeyOf(raw) };
}

const accepted: Answer = {
	is: "accepted",
	home: "anna",
	addresses: [parseAddress("10.86.0.2")],
	domains: ["example.org"],
	pulse_port: 8686,
	checkin_port: 8687,
	mtu: 1280,
};

function parties() {
	const seed = randomBytes(16);
	const [relay, home] = [newKey(), newKey()];
	const exchange = homeExchange(home.privateKey, home.publicKey, relay.publicKey, seedKeys(seed));
	return { seed, relay, home, exchange, kept: relayKeysOf(seed) };
}

test("both sides come to the same preshared key without sending it, and the answer is read", () => {
	const { relay, home, exchange, kept } = parties();
	const request = readRequest(exchange.request, relay.privateKey, kept)!;
	expect(request.publicKey).toBe(home.publicKey);
	expect(request.presharedKey).toBe(exchange.presharedKey);
	const line = request.seal(accepted);
	expect(exchange.read(line)).toEqual(accepted);
	expect(exchange.request + line).not.toContain(exchange.presharedKey);
});

test("each key of a seed is another, and what the relay keeps opens neither tunnel", () => {
	const seed = randomBytes(16);
	const all = seedKeys(seed);
	const texts = Object.values(all).map((key) => (typeof key === "string" ? key : key.toString("base64")));
	expect(new Set(texts).size).toBe(texts.length);
	const kept = JSON.stringify(relayKeysOf(seed), (_, value) =>
		value?.type === "Buffer" ? Buffer.from(value.data).toString("base64") : value,
	);
	expect(kept).toContain(publicKeyOf(all.bootstrapKey));
	expect(kept).not.toContain(all.bootstrapKey);
	expect(kept).not.toContain(seed.toString("base64").slice(0, 20));
});

test("a request without the code, without the private key, or for another relay is none", () => {
	const { seed, relay, home, exchange, kept } = parties();
	const other = newKey();
	const ask = (privateKey: string, publicKey: string, relayKey: string, from: Buffer) =>
		homeExchange(privateKey, publicKey, relayKey, seedKeys(from)).request;
	const bad = [
		ask(home.privateKey, home.publicKey, relay.publicKey, randomBytes(16)),
		// Somebody else's public key with one's own private key.
		ask(other.privateKey, home.publicKey, relay.publicKey, seed),
		ask(home.privateKey, home.publicKey, other.publicKey, seed),
		exchange.request.replace(home.publicKey, other.publicKey),
		exchange.request.replace(home.publicKey, `${"A".repeat(43)}=`),
		"GET / HTTP/1.1",
		"{}",
		"",
	];
	for (const line of bad) expect(readRequest(line, relay.privateKey, kept)).toBeUndefined();
	// A key of low order, by somebody who has the code.
	const low = Buffer.alloc(32).toString("base64");
	const mac = macOf(seedKeys(seed).request, low);
	const line = JSON.stringify({ heimweg: 1, key: low, mac, proof: mac });
	expect(readRequest(line, relay.privateKey, kept)).toBeUndefined();
});

test("an answer by who has the code but not the relay's key is not believed, nor one to another key", () => {
	const { seed, relay, home, exchange, kept } = parties();
	const impostor = newKey();
	const forged = enrolmentKeys(
		{ privateKey: impostor.privateKey, role: "relay" },
		home.publicKey,
		seedKeys(seed),
	);
	const said = JSON.stringify(accepted);
	expect(exchange.read(JSON.stringify({ said, mac: macOf(forged.answer, said) }))).toBeUndefined();
	const toImpostor = readRequest(
		homeExchange(impostor.privateKey, impostor.publicKey, relay.publicKey, seedKeys(seed)).request,
		relay.privateKey,
		kept,
	)!;
	expect(exchange.read(toImpostor.seal(accepted))).toBeUndefined();
	expect(exchange.read(toImpostor.seal({ is: "refused" }))).toBeUndefined();
	const line = readRequest(exchange.request, relay.privateKey, kept)!.seal(accepted);
	expect(exchange.read(line.replace("anna", "bert"))).toBeUndefined();
	for (const other of ["", "{}", "garbage", line.slice(0, 40), `${line}${line}`])
		expect(exchange.read(other)).toBeUndefined();
});

test("an answer that names what no home can have is not taken, although it is the relay's", () => {
	const { relay, exchange, kept } = parties();
	const { seal } = readRequest(exchange.request, relay.privateKey, kept)!;
	const changes = [
		{ home: "../../etc" },
		{ domains: ['example.org"]\n[notify]\ncommand = ["/bin/sh"'] },
		{ addresses: ["not an address"] },
		{ pulse_port: 0 },
		{ mtu: 9 },
		{ is: "do" },
	];
	for (const change of changes)
		expect(exchange.read(seal({ ...accepted, ...change } as unknown as Answer))).toBeUndefined();
	expect(exchange.read(seal({ ...accepted, more: "of a later version" } as unknown as Answer))).toEqual(
		accepted,
	);
});

test("a key has six words, always the same, and another key has others", () => {
	expect(words).toHaveLength(256);
	expect(new Set(words.map((word) => word.slice(0, 4))).size).toBe(256);
	const key = Buffer.alloc(32, 7).toString("base64");
	expect(wordsOf(key)).toBe(wordsOf(key));
	expect(wordsOf(key).split(" ")).toHaveLength(6);
	const seen = new Set(Array.from({ length: 2_000 }, () => wordsOf(randomBytes(32).toString("base64"))));
	expect(seen.size).toBe(2_000);
});
