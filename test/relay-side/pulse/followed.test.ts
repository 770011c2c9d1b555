import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { expect, onTestFinished, test, vi } from "vitest";
import { servePulses } from "../../../relay-side/pulse/server.ts";
import { type Endpoint, endpointText, parseAddress, parseEndpoint } from "../../../shared/address.ts";
import { decodeAnswer, encodePulse, type Pulse, type PulseAnswer } from "../../../shared/protocol/pulse.ts";
import { encodePulse1 } from "../../../shared/protocol/pulse-v1.ts";
import { homeKeys, identityOf, presentGeneration, publicKeys } from "../identities.ts";

const relay = parseAddress("127.0.0.1");
const [a, b] = [parseEndpoint("198.51.100.7:1"), parseEndpoint("203.0.113.9:2")];
const waitOptions = { timeout: 20_000, interval: 5 };
let counter = 0;

/** A relay that is told when packets come from elsewhere, and a home that pulses. */
async function stage({ version2 = true } = {}) {
	const world = { seen: a, followed: true, reads: 0, holds: undefined as Promise<void> | undefined };
	const moves: string[] = [];
	const { identity } = identityOf();
	const home = createSocket("udp4").bind(0, "127.0.0.2");
	const probe = createSocket("udp4").bind(0, relay);
	await Promise.all([once(home, "listening"), once(probe, "listening")]);
	const { port } = probe.address();
	await new Promise<void>((done) => probe.close(() => done()));
	let up: (() => void) | undefined;
	const isUp = new Promise<void>((done) => {
		up = done;
	});
	const server = servePulses({
		...{ addresses: [relay], port, identity },
		homeAt: () => ({ id: "anna", publicKey: publicKeys.anna }),
		async endpoints() {
			world.reads += 1;
			const shown: Endpoint = world.seen;
			await world.holds;
			return new Map([[publicKeys.anna, shown]]);
		},
		sourcesFollowed: () => world.followed,
		onPulse() {},
		onUnproven() {},
		onEndpoint: (_, endpoint) => void moves.push(endpointText(endpoint)),
		onDropped() {},
		onTrouble: (error) => !error && up?.(),
	});
	server.start();
	await isUp;
	const answers = answersTo(home);
	onTestFinished(() => {
		server.stop();
		home.close();
	});
	const pulse = (changes: Partial<Pulse> = {}) => {
		counter += 1;
		const one = { run: 1, counter, interval: 600_000, lookAnew: false, generation: presentGeneration };
		home.send(encodePulse({ ...one, ...changes }, homeKeys.anna.pulse), port, relay);
	};
	const answered = async (count: number) =>
		vi.waitFor(() => expect(answers.length).toBeGreaterThanOrEqual(count), waitOptions);
	if (version2) {
		pulse();
		await answered(1);
	}
	return { world, server, pulse, answers, answered, moves, home, port };
}

function answersTo(home: Socket): PulseAnswer[] {
	const answers: PulseAnswer[] = [];
	home.on("message", (datagram) => {
		const answer = decodeAnswer(datagram, homeKeys.anna.answer);
		if (answer) answers.push(answer);
	});
	return answers;
}

test("pulses of a home that stays where it is are answered without asking WireGuard", async () => {
	const { world, pulse, answers, answered } = await stage();
	for (let n = 2; n <= 20; n++) {
		pulse();
		await answered(n);
	}
	expect(world.reads).toBe(1);
	expect(answers.every(({ endpoint }) => endpoint?.port === 1)).toBe(true);
});

test("a home that moved is told by itself once its packets come from elsewhere", async () => {
	const { world, server, pulse, answers, answered, moves } = await stage();
	world.seen = b;
	pulse();
	await answered(2);
	expect(answers[1]?.endpoint).toEqual(a);
	server.stir();
	await answered(3);
	expect(answers[2]).toMatchObject({ counter, sub: 1, endpoint: b });
	expect(moves.at(-1)).toBe("203.0.113.9:2");
	// And back again.
	world.seen = a;
	server.stir();
	await answered(4);
	expect(answers[3]).toMatchObject({ counter, sub: 2, endpoint: a });
});

test("who moves and goes back at once, to where packets came from just now, is seen at the next pulse", async () => {
	const { world, server, pulse, answers, answered } = await stage();
	world.seen = b;
	server.stir();
	await answered(2);
	expect(answers[1]).toMatchObject({ sub: 1, endpoint: b });
	// Nobody is told of this one.
	world.seen = a;
	pulse();
	await answered(3);
	expect(answers[2]).toMatchObject({ sub: 0, endpoint: a });
});

test("a pulse that asks for it, and one after a silence, is answered with what WireGuard shows after it", async () => {
	const { world, pulse, answers, answered } = await stage();
	world.seen = b;
	pulse({ lookAnew: true });
	await answered(2);
	expect(answers[1]).toMatchObject({ sub: 0, endpoint: b });
	world.seen = a;
	await new Promise((done) => setTimeout(done, 250));
	pulse({ interval: 100 });
	await answered(3);
	expect(answers[2]).toMatchObject({ sub: 0, endpoint: a });
});

test("while nobody tells of new sources WireGuard is asked at each pulse", async () => {
	const { world, pulse, answers, answered } = await stage();
	world.followed = false;
	for (const [n, seen] of [b, a, b].entries()) {
		world.seen = seen;
		pulse();
		await answered(n + 2);
		expect(answers[n + 1]).toMatchObject({ sub: 0, endpoint: seen });
	}
});

test("when WireGuard takes its time, a pulse is answered with what is known, and the rest is told later", async () => {
	const { world, pulse, answers, answered } = await stage();
	let letGo: (() => void) | undefined;
	world.holds = new Promise((done) => {
		letGo = done;
	});
	world.seen = b;
	pulse({ lookAnew: true });
	await answered(2);
	expect(answers[1]).toMatchObject({ sub: 0, endpoint: a });
	letGo?.();
	await answered(3);
	expect(answers[2]).toMatchObject({ counter, sub: 1, endpoint: b });
});

test("a home of version 1 cannot be told later: it is answered with what WireGuard shows after its pulse", async () => {
	const { world, home, port } = await stage({ version2: false });
	for (let n = 1; n <= 3; n++) {
		home.send(encodePulse1(Buffer.alloc(16, n), 1_000), port, relay);
		await vi.waitFor(() => expect(world.reads).toBe(n), waitOptions);
	}
});
