import { expect, test } from "vitest";
import { addressOfBytes, type Endpoint, parseAddress } from "../../../shared/address.ts";
import {
	decodeAnswer1,
	decodePulse1,
	encodeAnswer1,
	encodeNudge,
	encodePulse1,
	pulseLength1,
} from "../../../shared/protocol/pulse-v1.ts";
import { random } from "../random.ts";

// What stands here is the wire format: a change of these bytes cuts off every home that was not upgraded.
const chance = random();
const nonce = Buffer.from("000102030405060708090a0b0c0d0e0f", "hex");
const vectors = {
	pulse: "48570101000102030405060708090a0b0c0d0e0f000003e800000000000000000000000000000000",
	unknown: "48570102000102030405060708090a0b0c0d0e0f0000000000000000000000000000000000000000",
	ipv4: "48570102000102030405060708090a0b0c0d0e0f0400ca6cc633640700000000000000000000" + "0000",
	ipv6: "48570102000102030405060708090a0b0c0d0e0f0600ca6c20010db8000000000000000000000007",
	nudge: "4857010300000000000000000000000000000000000000000000000000000000000000000000" + "0000",
};
const seen4: Endpoint = { address: parseAddress("198.51.100.7"), port: 51820 };
const seen6: Endpoint = { address: parseAddress("2001:db8::7"), port: 51820 };

test("a pulse and its answers are these bytes", () => {
	expect(encodePulse1(nonce, 1_000).toString("hex")).toBe(vectors.pulse);
	expect(encodeAnswer1(nonce, undefined, 40).toString("hex")).toBe(vectors.unknown);
	expect(encodeAnswer1(nonce, seen4, 40).toString("hex")).toBe(vectors.ipv4);
	expect(encodeAnswer1(nonce, seen6, 40).toString("hex")).toBe(vectors.ipv6);
	expect(encodeNudge().toString("hex")).toBe(vectors.nudge);
});

test("these bytes are read as that pulse and those answers", () => {
	expect(decodePulse1(Buffer.from(vectors.pulse, "hex"))).toEqual({ nonce, interval: 1_000 });
	for (const [name, endpoint] of [
		["unknown", undefined],
		["ipv4", seen4],
		["ipv6", seen6],
	] as const) {
		expect(decodeAnswer1(Buffer.from(vectors[name], "hex"))).toEqual({ nonce, endpoint });
	}
});

test("no answer passes for a pulse, no pulse for an answer, and a nudge for neither", () => {
	for (const [name, text] of Object.entries(vectors)) {
		const datagram = Buffer.from(text, "hex");
		expect([name, decodePulse1(datagram) !== undefined]).toEqual([name, name === "pulse"]);
		expect([name, decodeAnswer1(datagram) !== undefined]).toEqual([name, /ipv|unknown/.test(name)]);
	}
});

test("what another version says is not read as this one, and bytes behind the fields do no harm", () => {
	const pulse = Buffer.concat([encodePulse1(nonce, 1_000), Buffer.from("something new")]);
	expect(decodePulse1(pulse)).toEqual({ nonce, interval: 1_000 });
	for (const version of [0, 2, 9]) {
		pulse[2] = version;
		expect(decodePulse1(pulse)).toBeUndefined();
	}
	const answer = encodeAnswer1(nonce, seen6, 1_232);
	answer.fill(7, 40);
	expect(decodeAnswer1(answer)).toEqual({ nonce, endpoint: seen6 });
});

test("a padded pulse has the length that was asked for, never less than the fields need", () => {
	expect(encodePulse1(nonce, 1_000, 1_252)).toHaveLength(1_252);
	expect(encodePulse1(nonce, 1_000, 0)).toHaveLength(pulseLength1);
	expect(decodePulse1(encodePulse1(nonce, 1_000, 1_252))).toEqual({ nonce, interval: 1_000 });
});

test("an answer is exactly as long as its pulse, whatever it says", () => {
	const lengths = Array.from({ length: 1_472 - pulseLength1 }, (_, more) => pulseLength1 + more);
	for (const endpoint of [undefined, seen4, seen6])
		expect(lengths.map((length) => encodeAnswer1(nonce, endpoint, length).length)).toEqual(lengths);
});

test("an interval that is no sensible one makes no pulse", () => {
	const withInterval = (interval: number) => decodePulse1(encodePulse1(nonce, interval));
	for (const interval of [0, 1, 99, 3_600_001, 0xffff_ffff]) expect(withInterval(interval)).toBeUndefined();
	for (const interval of [100, 3_600_000]) expect(withInterval(interval)?.interval).toBe(interval);
});

test("every length below the fields is refused, whatever the bytes", () => {
	for (let length = 0; length < pulseLength1; length++) {
		for (const text of [vectors.pulse, vectors.ipv4]) {
			const part = Buffer.from(text, "hex").subarray(0, length);
			expect([decodePulse1(part), decodeAnswer1(part)]).toEqual([undefined, undefined]);
		}
	}
});

test("the nonce that was read is a copy: the socket's buffer may be used again", () => {
	const datagram = encodePulse1(nonce, 1_000);
	const pulse = decodePulse1(datagram);
	datagram.fill(0xff);
	expect(pulse?.nonce.equals(nonce)).toBe(true);
});

test("100,000 random and damaged datagrams are read or refused, and never throw", () => {
	const originals = Object.values(vectors).map((text) => Buffer.from(text, "hex"));
	let taken = 0;
	for (let round = 0; round < 100_000; round++) {
		const datagram =
			round % 2
				? Buffer.concat([originals[chance.below(originals.length)]!, chance.bytes(chance.below(8))])
				: chance.bytes(chance.below(120));
		for (let damage = chance.below(4); damage > 0 && datagram.length > 0; damage--)
			datagram[chance.below(datagram.length)] = chance.below(256);
		const cut = datagram.subarray(0, chance.below(10) ? datagram.length : chance.below(datagram.length + 1));
		const pulse = decodePulse1(cut);
		const answer = decodeAnswer1(cut);
		if (pulse && answer) throw new Error(`both a pulse and an answer: ${cut.toString("hex")}`);
		if (pulse && !(pulse.interval >= 100 && pulse.interval <= 3_600_000)) throw new Error("interval");
		if (answer?.endpoint && parseAddress(answer.endpoint.address) !== answer.endpoint.address)
			throw new Error(`not canonical: ${answer.endpoint.address}`);
		if (pulse || answer) taken += 1;
	}
	// Enough of them got through to the fields, so that this was no test of the first two bytes.
	expect(taken).toBeGreaterThan(10_000);
}, 120_000);

test("20,000 random endpoints come through as they went in", () => {
	for (let round = 0; round < 20_000; round++) {
		const address = addressOfBytes(chance.bytes(chance.below(2) ? 4 : 16));
		const endpoint = { address, port: 1 + chance.below(65_535) };
		const length = pulseLength1 + chance.below(1_200);
		const answer = decodeAnswer1(encodeAnswer1(nonce, endpoint, length));
		if (answer?.endpoint?.address !== address || answer.endpoint.port !== endpoint.port)
			throw new Error(`${JSON.stringify(endpoint)} became ${JSON.stringify(answer?.endpoint)}`);
	}
}, 120_000);
