import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type PulseOptions, type PulseWatcher, watchPulse } from "../../../agent/relay/pulse.ts";
import { endpointText, parseAddress, parseEndpoint } from "../../../shared/address.ts";
import { decodePulse, encodeAnswer, encodeNudge } from "../../../shared/protocol/pulse.ts";

const loopback = parseAddress("127.0.0.1");
const seenAs = parseEndpoint("198.51.100.7:51820");

let relay: Socket;
let arrived: Array<{ datagram: Buffer; from: RemoteInfo }>;
/** What the relay does with a pulse; it answers by default. */
let onPulse: (datagram: Buffer, from: RemoteInfo) => void;
let pulse: PulseWatcher;
let answers: string[];
let silences: number[];
let larges: boolean[];
let losses: Array<number | undefined>;
let garbage: number;

beforeEach(async () => {
	vi.useFakeTimers({ toFake: ["performance", "setInterval", "clearInterval"] });
	[arrived, answers, silences, larges, losses, garbage] = [[], [], [], [], [], 0];
	relay = createSocket("udp4");
	await new Promise<void>((done) => relay.bind(0, loopback, done));
	onPulse = answer;
	relay.on("message", (datagram, from) => {
		arrived.push({ datagram, from });
		onPulse(datagram, from);
	});
});
afterEach(() => {
	pulse.stop();
	vi.useRealTimers();
	relay.close();
});

function answer(datagram: Buffer, from: RemoteInfo): void {
	const { nonce } = decodePulse(datagram)!;
	relay.send(encodeAnswer(nonce, seenAs, datagram.length), from.port, from.address);
}

function watch(changes: Partial<PulseOptions> = {}): void {
	pulse = watchPulse({
		from: loopback,
		to: loopback,
		port: relay.address().port,
		interval: 1_000,
		mtu: 1_280,
		onAnswer: (endpoint) => answers.push(endpoint ? endpointText(endpoint) : "unknown"),
		onSilence: (milliseconds) => silences.push(milliseconds),
		onLarge: (passed) => larges.push(passed),
		onLoss: (share) => losses.push(share),
		onGarbage: () => {
			garbage += 1;
		},
		...changes,
	});
	pulse.start();
}

/** Lets one interval pass and waits for its pulse to arrive. */
async function second(): Promise<void> {
	const before = arrived.length;
	vi.advanceTimersByTime(1_000);
	await expect.poll(() => arrived.length).toBeGreaterThan(before);
}

/** The same, and the answer comes back. */
async function answeredSecond(): Promise<void> {
	const before = answers.length;
	vi.advanceTimersByTime(1_000);
	await expect.poll(() => answers.length).toBeGreaterThan(before);
}

test("the first pulse goes out at once, then one each interval, and each answer tells how the relay sees us", async () => {
	watch();
	await expect.poll(() => answers).toEqual(["198.51.100.7:51820"]);
	await answeredSecond();
	await answeredSecond();
	expect(arrived).toHaveLength(3);
	const pulses = arrived.map(({ datagram }) => decodePulse(datagram)!);
	expect(pulses[0]).toMatchObject({ version: 1, interval: 1_000 });
	expect(new Set(pulses.map(({ nonce }) => nonce.toString("hex"))).size, "a nonce each").toBe(3);
	expect([silences, garbage]).toEqual([[], 0]);
});

test("an answer without an endpoint is an answer", async () => {
	onPulse = (datagram, from) =>
		relay.send(encodeAnswer(decodePulse(datagram)!.nonce, undefined, 40), from.port, from.address);
	watch();
	await expect.poll(() => answers).toEqual(["unknown"]);
});

test("an answer counts once, and only with the nonce of a pulse of ours; everything else is garbage", async () => {
	onPulse = (datagram, from) => {
		const { nonce } = decodePulse(datagram)!;
		const wrong = Buffer.from(nonce).fill(7, 0, 1);
		const send = (what: Buffer) => relay.send(what, from.port, from.address);
		send(encodeAnswer(wrong, seenAs, 40));
		send(datagram);
		send(encodeNudge());
		send(Buffer.from("GET / HTTP/1.1\r\n\r\n"));
		send(Buffer.alloc(0));
		const broken = encodeAnswer(nonce, seenAs, 40);
		broken[20] = 5;
		send(broken);
		send(encodeAnswer(nonce, seenAs, 40));
		send(encodeAnswer(nonce, seenAs, 40));
	};
	watch();
	await expect.poll(() => garbage).toBe(7);
	expect(answers).toHaveLength(1);
});

test("an answer from another port or host is garbage, although its nonce is right", async () => {
	const stranger = createSocket("udp4");
	onPulse = (datagram, from) =>
		stranger.send(encodeAnswer(decodePulse(datagram)!.nonce, seenAs, 40), from.port, from.address);
	watch();
	await expect.poll(() => garbage).toBe(1);
	expect(answers).toEqual([]);
	stranger.close();
});

test("silence is told within three intervals after the last answer, and then with each pulse until one is answered", async () => {
	watch();
	await expect.poll(() => answers).toHaveLength(1);
	await answeredSecond();
	onPulse = () => {};
	await second();
	await second();
	expect(silences).toEqual([]);
	await second();
	await second();
	expect(silences).toHaveLength(2);
	expect(silences[0]).toBeGreaterThanOrEqual(2_500);
	expect(silences[0]).toBeLessThanOrEqual(3_000);
	onPulse = answer;
	await answeredSecond();
	const told = silences.length;
	await answeredSecond();
	expect(silences.length).toBe(told);
});

/** Answers only those pulses that fit, by their number. */
async function seconds(count: number, answers: (number: number) => boolean): Promise<void> {
	for (let at = 0; at < count; at++) {
		onPulse = answers(at) ? answer : () => {};
		await (answers(at) ? answeredSecond() : second());
	}
}

test("a line that loses many is told once, no silence of it is believed too soon, and its recovery is told once", async () => {
	watch();
	await expect.poll(() => answers).toHaveLength(1);
	await seconds(45, (at) => at % 3 > 0);
	expect(losses).toEqual([expect.closeTo(0.3, 0)]);
	await seconds(5, () => false);
	expect(silences).toEqual([]);
	await seconds(2, () => false);
	expect(silences).not.toEqual([]);
	await seconds(42, () => true);
	expect(losses).toEqual([expect.any(Number), undefined]);
});

test("what a lossy line loses in rows of three counts too", async () => {
	watch();
	await expect.poll(() => answers).toHaveLength(1);
	await seconds(35, (at) => at % 8 > 2);
	expect(losses).toEqual([expect.any(Number)]);
});

test("an outage is a silence, not a line that loses packets", async () => {
	watch();
	await expect.poll(() => answers).toHaveLength(1);
	for (let outage = 0; outage < 3; outage++) {
		await seconds(14, () => false);
		await seconds(10, () => true);
	}
	expect(silences).not.toEqual([]);
	expect(losses).toEqual([]);
});

test("a relay that never answered is silence too", async () => {
	onPulse = () => {};
	watch();
	for (let at = 0; at < 3; at++) await second();
	expect(silences).toEqual([3_000]);
});

test("now() sends one more pulse and does not move the others", async () => {
	watch();
	await expect.poll(() => answers).toHaveLength(1);
	pulse.now();
	await expect.poll(() => answers).toHaveLength(2);
	await answeredSecond();
	expect(arrived).toHaveLength(3);
});

test("once a minute a pulse is as large as the tunnel takes", async () => {
	watch();
	for (let at = 0; at < 75; at++) await answeredSecond();
	await expect.poll(() => larges).toEqual([true, true]);
	const sizes = arrived.map(({ datagram }) => datagram.length).filter((length) => length > 40);
	expect(sizes, "with 20 bytes of IPv4 and 8 of UDP").toEqual([1_252, 1_252]);
});

test("large pulses that are lost while small ones pass are told after three in a row, not before", async () => {
	onPulse = (datagram, from) => {
		if (datagram.length === 40) answer(datagram, from);
	};
	watch();
	const large = () => arrived.filter(({ datagram }) => datagram.length > 40).length;
	for (let at = 0; at < 60 && large() < 3; at++) {
		await answeredSecond();
		expect(larges).toEqual([]);
	}
	expect(large(), "the second and third try do not wait a minute").toBe(3);
	for (let at = 0; at < 3; at++) await answeredSecond();
	expect(larges).toEqual([false]);
	onPulse = answer;
	for (let at = 0; at < 18; at++) await answeredSecond();
	await expect.poll(() => larges.at(-1)).toBe(true);
});

test("while nothing is answered, large pulses say nothing about size", async () => {
	onPulse = () => {};
	watch();
	for (let at = 0; at < 90; at++) await second();
	expect([larges, arrived.every(({ datagram }) => datagram.length === 40)]).toEqual([[], true]);
});

test("a datagram that cannot be sent costs the socket, and the next pulse opens another", async () => {
	// Larger than UDP allows: the kernel refuses it (EMSGSIZE).
	watch({ mtu: 70_000 });
	for (let at = 0; at < 15; at++) await second();
	expect(new Set(arrived.map(({ from }) => from.port)).size).toBeGreaterThan(1);
	await answeredSecond();
});

test("an own address that is not there yet is waited for, without a crash", async () => {
	watch({ from: parseAddress("192.0.2.1") });
	for (let at = 0; at < 4; at++) {
		vi.advanceTimersByTime(1_000);
		await new Promise((done) => setTimeout(done, 20));
	}
	expect(silences).toEqual([3_000, 4_000]);
	expect(arrived).toEqual([]);
});

test("over IPv6 the large pulse leaves room for the longer header", async () => {
	const six = createSocket("udp6");
	const sizes: number[] = [];
	await new Promise<void>((done) => six.bind(0, "::1", done));
	six.on("message", (datagram, from) => {
		sizes.push(datagram.length);
		six.send(encodeAnswer(decodePulse(datagram)!.nonce, seenAs, datagram.length), from.port, from.address);
	});
	watch({ from: parseAddress("::1"), to: parseAddress("::1"), port: six.address().port });
	for (let at = 0; at < 15; at++) await answeredSecond();
	await expect.poll(() => larges).toEqual([true]);
	expect(Math.max(...sizes)).toBe(1_232);
	six.close();
});
