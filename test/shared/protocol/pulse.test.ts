import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { addressOfBytes, type Endpoint, parseAddress } from "../../../shared/address.ts";
import {
	decodeAnswer,
	decodePulse,
	encodeAnswer,
	encodePulse,
	pulseLength,
	versionOf,
} from "../../../shared/protocol/pulse.ts";
import { decodePulse1 } from "../../../shared/protocol/pulse-v1.ts";
import { random } from "../random.ts";

// What stands here is the wire format: a change of these bytes cuts off every home that was not upgraded.
const chance = random();
const key = Buffer.alloc(32, 5);
const mac = (hex: string, bytes: number) =>
	createHmac("sha256", key)
		.update(Buffer.from(hex, "hex"))
		.digest("hex")
		.slice(0, 2 * bytes);
const pulse = {
	run: 0x01020304,
	counter: 0x0a0b0c0d,
	interval: 1_000,
	lookAnew: true,
	generation: 0xdeadbeef,
};
const answer = { run: 0x01020304, counter: 0x0a0b0c0d, sub: 3, generation: 0xdeadbeef };
const seen4: Endpoint = { address: parseAddress("198.51.100.7"), port: 51820 };
const seen6: Endpoint = { address: parseAddress("2001:db8::7"), port: 51820 };
const fields = {
	pulse: "48570201010203040a0b0c0d000003e801000030deadbeef0000000000000000",
	unknown: `48570202010203040a0b0c0d00030000${"00".repeat(16)}deadbeef`,
	ipv4: `48570202010203040a0b0c0d0403ca6cc6336407${"00".repeat(12)}deadbeef`,
	ipv6: "48570202010203040a0b0c0d0603ca6c20010db8000000000000000000000007deadbeef",
};
const answers = [
	["unknown", undefined],
	["ipv4", seen4],
	["ipv6", seen6],
] as const;

test("a pulse and its answers are these bytes with a MAC behind them, and are read as what they are", () => {
	const bytes = encodePulse(pulse, key);
	expect(bytes.toString("hex")).toBe(fields.pulse + mac(fields.pulse, 16));
	expect(decodePulse(bytes, key)).toEqual(pulse);
	for (const [name, endpoint] of answers) {
		const told = encodeAnswer({ ...answer, endpoint }, key);
		expect(told.toString("hex")).toBe(fields[name] + mac(fields[name], 12));
		expect(decodeAnswer(told, key)).toEqual({ ...answer, endpoint });
	}
});

test("with any bit changed, up to the end of the MAC, there is no pulse and no answer", () => {
	const originals = [encodePulse(pulse, key, 60), encodeAnswer({ ...answer, endpoint: seen6 }, key, 60)];
	for (const original of originals) {
		for (let bit = 0; bit < 8 * pulseLength; bit++) {
			const damaged = Buffer.from(original);
			damaged[bit >> 3]! ^= 1 << (bit & 7);
			if (decodePulse(damaged, key) || decodeAnswer(damaged, key))
				throw new Error(`bit ${bit} is not covered`);
		}
	}
});

test("a pulse is no answer and an answer no pulse, even under one key", () => {
	expect(decodeAnswer(encodePulse(pulse, key), key)).toBeUndefined();
	expect(decodePulse(encodeAnswer({ ...answer, endpoint: seen4 }, key), key)).toBeUndefined();
	const turned = encodePulse(pulse, key);
	turned[3] = 2;
	expect(decodeAnswer(turned, key)).toBeUndefined();
});

test("a padded pulse has the length that it says, and neither more nor less of it is a pulse", () => {
	for (const length of [48, 49, 1_232, 1_252]) {
		const bytes = encodePulse(pulse, key, length);
		expect([bytes.length, decodePulse(bytes, key)]).toEqual([length, pulse]);
		expect(decodePulse(Buffer.concat([bytes, Buffer.alloc(1)]), key)).toBeUndefined();
		expect(decodePulse(bytes.subarray(0, length - 1), key)).toBeUndefined();
	}
	expect(encodePulse(pulse, key, 0)).toHaveLength(pulseLength);
	for (let length = 0; length < pulseLength; length++)
		expect(
			decodeAnswer(encodeAnswer({ ...answer, endpoint: seen4 }, key).subarray(0, length), key),
		).toBeUndefined();
});

test("an interval that is no sensible one makes no pulse", () => {
	const withInterval = (interval: number) => decodePulse(encodePulse({ ...pulse, interval }, key), key);
	for (const interval of [0, 1, 99, 3_600_001, 0xffff_ffff]) expect(withInterval(interval)).toBeUndefined();
	for (const interval of [100, 3_600_000]) expect(withInterval(interval)?.interval).toBe(interval);
});

test("a reader of version 1 takes no pulse of version 2, and what is none of ours has no version", () => {
	expect(decodePulse1(encodePulse(pulse, key))).toBeUndefined();
	expect(versionOf(encodePulse(pulse, key))).toBe(2);
	for (const text of ["", "48", "485702", "47570201"])
		expect(versionOf(Buffer.from(text, "hex"))).toBeUndefined();
});

test("20,000 random endpoints come through as they went in", () => {
	for (let round = 0; round < 20_000; round++) {
		const endpoint = {
			address: addressOfBytes(chance.bytes(chance.below(2) ? 4 : 16)),
			port: chance.below(65_536),
		};
		const told = decodeAnswer(encodeAnswer({ ...answer, endpoint }, key, 48 + chance.below(1_200)), key);
		if (told?.endpoint?.address !== endpoint.address || told.endpoint.port !== endpoint.port)
			throw new Error(`${JSON.stringify(endpoint)} became ${JSON.stringify(told?.endpoint)}`);
	}
}, 120_000);
