import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type PulseOptions, type PulseWatcher, watchPulse } from "../../../agent/relay/pulse.ts";
import { endpointText, parseAddress, parseEndpoint } from "../../../shared/address.ts";
import { decodePulse, encodeAnswer, encodePulse, type PulseAnswer } from "../../../shared/protocol/pulse.ts";
import { decodePulse1, encodeAnswer1, encodeNudge } from "../../../shared/protocol/pulse-v1.ts";

const loopback = parseAddress("127.0.0.1");
const seenAs = parseEndpoint("198.51.100.7:51820");

const keys = { pulse: Buffer.alloc(32, 1), answer: Buffer.alloc(32, 2), checkin: Buffer.alloc(32, 3) };
/** The shortest pulse, in bytes. */
const small = 48;

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
let generations: number[];
/** The relay has proven that it speaks version 2. */
let spoken: boolean;

beforeEach(async () => {
	vi.useFakeTimers({ toFake: ["performance", "setInterval", "clearInterval"] });
	[arrived, answers, silences, larges, losses, garbage] = [[], [], [], [], [], 0];
	[generations, spoken] = [[], true];
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

/** The right answer to a pulse; it tells no generation. */
function rightAnswer(datagram: Buffer, changes: Partial<PulseAnswer> = {}, key = keys.answer): Buffer {
	const { run, counter } = decodePulse(datagram, keys.pulse)!;
	const whole = { run, counter, sub: 0, endpoint: seenAs, generation: 0, ...changes };
	return encodeAnswer(whole, key, datagram.length);
}

function answer(datagram: Buffer, from: RemoteInfo): void {
	relay.send(rightAnswer(datagram), from.port, from.address);
}

function watch(changes: Partial<PulseOptions> = {}): void {
	pulse = watchPulse({
		from: loopback,
		to: loopback,
		port: relay.address().port,
		keys,
		spoken: {
			has: () => spoken,
			add: () => {
				spoken = true;
			},
		},
		interval: 1_000,
		mtu: 1_280,
		onGeneration: (generation) => generations.push(generation),
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

test("the first pulse goes out at once, then one each interval; each answer tells how we are seen", async () => {
	watch();
	await expect.poll(() => answers).toEqual(["198.51.100.7:51820"]);
	await answeredSecond();
	await answeredSecond();
	expect(arrived).toHaveLength(3);
	const pulses = arrived.map(({ datagram }) => decodePulse(datagram, keys.pulse)!);
	expect(pulses[0]).toMatchObject({ interval: 1_000, generation: 0 });
	expect(pulses.map(({ counter }) => counter)).toEqual([1, 2, 3]);
	expect(new Set(pulses.map(({ run }) => run)).size, "one run").toBe(1);
	expect([silences, garbage]).toEqual([[], 0]);
});

test("an answer without an endpoint is an answer", async () => {
	onPulse = (datagram, from) =>
		relay.send(rightAnswer(datagram, { endpoint: undefined }), from.port, from.address);
	watch();
	await expect.poll(() => answers).toEqual(["unknown"]);
});

test("an answer counts once, and only with the relay's MAC for this run; everything else is garbage", async () => {
	onPulse = (datagram, from) => {
		const { run, counter } = decodePulse(datagram, keys.pulse)!;
		const send = (what: Buffer) => relay.send(what, from.port, from.address);
		send(rightAnswer(datagram, { run: (run ^ 1) >>> 0 }));
		send(rightAnswer(datagram, { counter: counter + 1 }));
		send(rightAnswer(datagram, { counter: 0 }));
		send(rightAnswer(datagram, {}, keys.pulse));
		send(datagram);
		send(encodeNudge());
		send(encodeAnswer1(Buffer.alloc(16), seenAs, 40));
		send(Buffer.from("GET / HTTP/1.1\r\n\r\n"));
		send(Buffer.alloc(0));
		const broken = rightAnswer(datagram);
		broken[12] = 6;
		send(broken);
		send(rightAnswer(datagram));
		send(rightAnswer(datagram));
	};
	watch();
	await expect.poll(() => garbage).toBe(11);
	expect(answers).toHaveLength(1);
});

test("who holds the relay's port without its key, and sees all our pulses, can answer none", async () => {
	onPulse = (datagram, from) => {
		const own = { pulse: Buffer.alloc(32, 8), answer: Buffer.alloc(32, 9) };
		const told = { run: datagram.readUInt32BE(4), counter: datagram.readUInt32BE(8), sub: 0 };
		const forged = encodeAnswer({ ...told, endpoint: seenAs, generation: 5 }, own.answer);
		// Also with the pulse's own MAC, where the answer's would be.
		const reflected = Buffer.from(datagram);
		reflected[3] = 2;
		for (const one of [forged, reflected, encodePulse({ ...told, ...pulseOf() }, own.pulse)])
			relay.send(one, from.port, from.address);
	};
	const pulseOf = () => ({ interval: 1_000, lookAnew: false, generation: 0 });
	watch();
	for (let at = 0; at < 4; at++) await second();
	await expect.poll(() => garbage).toBe(3 * arrived.length);
	expect([answers, generations, silences.length]).toEqual([[], [], 2]);
});

test("what the relay tells by itself after an answer counts, and the late answer undoes nothing", async () => {
	const moved = parseEndpoint("203.0.113.9:4");
	const again = parseEndpoint("203.0.113.10:5");
	onPulse = (datagram, from) => {
		const send = (changes: Partial<PulseAnswer>) =>
			relay.send(rightAnswer(datagram, changes), from.port, from.address);
		send({ sub: 1, endpoint: moved });
		send({ sub: 0 });
		send({ sub: 2, endpoint: again });
		send({ sub: 1, endpoint: moved });
	};
	watch();
	await expect.poll(() => garbage).toBe(1);
	expect(answers).toEqual(["203.0.113.9:4", "203.0.113.10:5"]);
});

test("an answer that another one has overtaken says that its pulse came through, and nothing more", async () => {
	const held: Array<() => void> = [];
	onPulse = (datagram, from) => {
		const endpoint = parseEndpoint(`203.0.113.1:${1 + held.length}`);
		held.push(() => relay.send(rightAnswer(datagram, { endpoint }), from.port, from.address));
	};
	watch();
	await second();
	await expect.poll(() => held).toHaveLength(2);
	held[1]!();
	held[0]!();
	held[0]!();
	await expect.poll(() => garbage).toBe(1);
	expect(answers).toEqual(["203.0.113.1:2"]);
});

test("a new generation is told once, and echoed at once in a pulse of its own", async () => {
	let generation = 70;
	onPulse = (datagram, from) => relay.send(rightAnswer(datagram, { generation }), from.port, from.address);
	watch();
	await expect.poll(() => answers).toHaveLength(2);
	generation = 71;
	await answeredSecond();
	await expect.poll(() => answers).toHaveLength(4);
	const echoed = arrived.map(({ datagram }) => decodePulse(datagram, keys.pulse)!.generation);
	expect([generations, echoed]).toEqual([
		[70, 71],
		[0, 70, 70, 71],
	]);
});

test("to a relay of version 1 both versions are sent until it answers, then the new one every ten seconds", async () => {
	spoken = false;
	onPulse = (datagram, from) => {
		const pulse = decodePulse1(datagram);
		if (pulse) relay.send(encodeAnswer1(pulse.nonce, seenAs, datagram.length), from.port, from.address);
	};
	watch();
	await expect.poll(() => answers).toEqual(["198.51.100.7:51820"]);
	for (let at = 0; at < 20; at++) await answeredSecond();
	const offers = arrived.filter(({ datagram }) => datagram[2] === 2);
	expect(offers).toHaveLength(3);
	// That relay reads the generation as the interval: nothing that it would answer.
	expect(offers.every(({ datagram }) => datagram.readUInt32BE(20) === 0)).toBe(true);
	expect([losses, silences, spoken]).toEqual([[], [], false]);
});

test("a relay that answers in version 2 once is never spoken to, or believed, in version 1 again", async () => {
	spoken = false;
	const nonces: Buffer[] = [];
	onPulse = (datagram, from) => {
		const old = decodePulse1(datagram);
		if (old) nonces.push(old.nonce);
		else answer(datagram, from);
		for (const nonce of nonces) relay.send(encodeAnswer1(nonce, seenAs, 40), from.port, from.address);
	};
	watch();
	await expect.poll(() => spoken).toBe(true);
	for (let at = 0; at < 4; at++) await answeredSecond();
	expect(nonces).toHaveLength(1);
	onPulse = () => {};
	for (let at = 0; at < 12; at++) await second();
	expect(nonces, "not in a silence either").toHaveLength(1);
	expect(arrived.slice(2).every(({ datagram }) => datagram[2] === 2)).toBe(true);
});

test("a relay that is remembered to speak version 2 hears no pulse of version 1 from the start", async () => {
	onPulse = () => {};
	watch();
	for (let at = 0; at < 5; at++) await second();
	expect(arrived.every(({ datagram }) => datagram[2] === 2)).toBe(true);
});

test("an answer from another port or host is garbage, although its MAC is right", async () => {
	const stranger = createSocket("udp4");
	onPulse = (datagram, from) => stranger.send(rightAnswer(datagram), from.port, from.address);
	watch();
	await expect.poll(() => garbage).toBe(1);
	expect(answers).toEqual([]);
	stranger.close();
});

test("silence is told within three intervals, and then with each pulse until one is answered", async () => {
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

test("a line that loses many is told once, believed silent later, and its recovery is told once", async () => {
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
	const sizes = arrived.map(({ datagram }) => datagram.length).filter((length) => length > small);
	expect(sizes, "with 20 bytes of IPv4 and 8 of UDP").toEqual([1_252, 1_252]);
});

test("large pulses that are lost while small ones pass are told after three in a row, not before", async () => {
	onPulse = (datagram, from) => {
		if (datagram.length === small) answer(datagram, from);
	};
	watch();
	const large = () => arrived.filter(({ datagram }) => datagram.length > small).length;
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
	expect([larges, arrived.every(({ datagram }) => datagram.length === small)]).toEqual([[], true]);
});

test("a datagram that cannot be sent costs the socket, and the next pulse opens another", async () => {
	// Larger than UDP allows: the kernel refuses it (EMSGSIZE).
	watch({ mtu: 65_560 });
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
		six.send(rightAnswer(datagram), from.port, from.address);
	});
	watch({ from: parseAddress("::1"), to: parseAddress("::1"), port: six.address().port });
	for (let at = 0; at < 15; at++) await answeredSecond();
	await expect.poll(() => larges).toEqual([true]);
	expect(Math.max(...sizes)).toBe(1_232);
	six.close();
});
