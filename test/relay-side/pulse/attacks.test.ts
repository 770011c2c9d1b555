import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test, vi } from "vitest";
import type { Known } from "../../../relay-side/identity.ts";
import { servePulses } from "../../../relay-side/pulse/server.ts";
import { type Address, type Endpoint, parseAddress, parseEndpoint } from "../../../shared/address.ts";
import { decodeAnswer, encodePulse, type Pulse } from "../../../shared/protocol/pulse.ts";
import { decodeAnswer1, encodePulse1 } from "../../../shared/protocol/pulse-v1.ts";
import { homeKeys, identityOf, presentGeneration, publicKeys } from "../identities.ts";

const relay = parseAddress("127.0.0.1");
const waitOptions = { timeout: 20_000, interval: 20 };
const first = parseEndpoint("198.51.100.7:51820");
const second = parseEndpoint("203.0.113.9:4444");

async function socketAt(address = "127.0.0.2"): Promise<Socket & { received: Buffer[] }> {
	const socket = Object.assign(createSocket("udp4"), { received: [] as Buffer[] });
	socket.on("message", (datagram) => socket.received.push(datagram));
	socket.bind(0, address);
	await once(socket, "listening");
	onTestFinished(() => {
		try {
			socket.close();
		} catch {
			// The test closed it.
		}
	});
	return socket;
}

/** A relay with the homes anna and bert, and what it does. */
async function stage() {
	const { identity, saved } = identityOf();
	const seen = {
		pulses: [] as string[],
		unproven: [] as string[],
		dropped: [] as string[],
		endpoint: first as Endpoint,
	};
	const homes: Record<string, Known> = {
		"127.0.0.2": { id: "anna", publicKey: publicKeys.anna },
		"127.0.0.3": { id: "bert", publicKey: publicKeys.bert },
	};
	const probe = await socketAt("127.0.0.1");
	const { port } = probe.address();
	const start = () => {
		const server = servePulses({
			...{ addresses: [relay], port, identity },
			homeAt: (at: Address) => homes[at],
			endpoints: async () => new Map([[publicKeys.anna, seen.endpoint]]),
			onPulse: (home) => seen.pulses.push(home),
			onEndpoint: () => {},
			onUnproven: (home) => seen.unproven.push(home),
			onDropped: (reason, home) => seen.dropped.push(`${reason} ${home}`),
			onTrouble: () => {},
		});
		server.start();
		onTestFinished(() => server.stop());
		return server;
	};
	probe.removeAllListeners("message");
	return { identity, saved, seen, homes, port, start, probe };
}

/** The relay above, serving; `send` lets it take a datagram before it returns. */
async function serving() {
	const all = await stage();
	await new Promise<void>((done) => all.probe.close(() => done()));
	all.start();
	await sleep(50);
	const send = async (socket: Socket, ...datagrams: Buffer[]) => {
		for (const datagram of datagrams) {
			const before = all.seen.pulses.length + all.seen.dropped.length;
			socket.send(datagram, all.port, relay);
			const end = Date.now() + 300;
			while (all.seen.pulses.length + all.seen.dropped.length === before && Date.now() < end) await sleep(2);
		}
		await sleep(20);
	};
	return { ...all, send };
}

function pulse(run: number, counter: number, changes: Partial<Pulse> = {}, home: "anna" | "bert" = "anna") {
	const whole = { run, counter, interval: 1_000, lookAnew: false, generation: presentGeneration, ...changes };
	return encodePulse(whole, homeKeys[home].pulse);
}

const answers = (socket: { received: Buffer[] }) =>
	socket.received.map((datagram) => decodeAnswer(datagram, homeKeys.anna.answer)!);

test("without the home's key a pulse is garbage, from whatever address it comes", async () => {
	const { seen, send, saved } = await serving();
	const anna = await socketAt();
	const damaged = pulse(1, 1);
	damaged[40]! ^= 1;
	const longer = Buffer.concat([pulse(1, 1), Buffer.alloc(100)]);
	await send(anna, damaged, longer, pulse(1, 1, {}, "bert"));
	expect(seen.dropped).toEqual(Array(3).fill("garbage anna"));
	expect([anna.received, seen.pulses, saved]).toEqual([[], [], []]);
});

test("a pulse counts once, also when 63 others came in between, and none that is older than the window", async () => {
	const { seen, send } = await serving();
	const anna = await socketAt();
	await send(anna, pulse(1, 100), pulse(1, 102), pulse(1, 101), pulse(1, 102), pulse(1, 101));
	expect([seen.pulses.length, seen.dropped]).toEqual([3, ["replay anna", "replay anna"]]);
	await send(anna, pulse(1, 200), pulse(1, 102), pulse(1, 136), pulse(1, 137), pulse(1, 137));
	expect(seen.pulses).toHaveLength(5);
	expect(seen.dropped).toHaveLength(5);
});

test("a new run is answered, and counts for presence only when it echoes the present generation", async () => {
	const { seen, send } = await serving();
	const anna = await socketAt();
	await send(anna, pulse(1, 1, { generation: 0 }), pulse(1, 2, { generation: presentGeneration - 1 }));
	await vi.waitFor(() => expect(anna.received).toHaveLength(2), waitOptions);
	expect([seen.pulses, seen.unproven]).toEqual([[], ["anna", "anna"]]);
	expect(answers(anna)[0]).toEqual({
		...{ run: 1, counter: 1, sub: 0, endpoint: first, generation: presentGeneration },
	});
	await send(anna, pulse(1, 3));
	expect(seen.pulses).toEqual(["anna"]);
});

test("pulses that were caught while the relay was down count for nothing when it is back", async () => {
	const all = await stage();
	const anna = await socketAt();
	const caught: Buffer[] = [];
	all.probe.on("message", (datagram) => caught.push(datagram));
	const before = presentGeneration - 7;
	for (let n = 1; n <= 5; n++) anna.send(pulse(1, n, { generation: before }), all.port, relay);
	await vi.waitFor(() => expect(caught).toHaveLength(5), waitOptions);
	await new Promise<void>((done) => all.probe.close(() => done()));
	all.start();
	await sleep(50);
	anna.send(pulse(1, 6), all.port, relay);
	await vi.waitFor(() => expect(all.seen.pulses).toHaveLength(1), waitOptions);
	// Even from the home's own address: another process there, or a forged source.
	const thief = await socketAt();
	for (const datagram of caught) thief.send(datagram, all.port, relay);
	await vi.waitFor(() => expect(all.seen.dropped).toEqual(Array(5).fill("replay anna")), waitOptions);
	all.seen.endpoint = second;
	all.identity.renew("anna");
	await vi.waitFor(() => expect(anna.received).toHaveLength(2), waitOptions);
	expect([all.seen.pulses.length, thief.received]).toEqual([1, []]);
});

test("a run that another one has followed never counts again, however often the agent is started", async () => {
	const { seen, send, identity } = await serving();
	const anna = await socketAt();
	await send(anna, pulse(1, 50), pulse(2, 1), pulse(1, 51), pulse(1, 1_000));
	expect([seen.pulses.length, seen.dropped]).toEqual([2, ["replay anna", "replay anna"]]);
	for (let run = 3; run < 70; run++) {
		const generation = identity.generation("anna");
		await send(anna, pulse(run, 1, { generation }));
	}
	expect(identity.generation("anna"), "the memory was full once").toBe(presentGeneration + 1);
	const counted = seen.pulses.length;
	await send(anna, ...Array.from({ length: 60 }, (_, n) => pulse(1 + n, 2_000)));
	expect(seen.pulses.length).toBe(counted);
}, 60_000);

test("a new endpoint and a new generation are told to the last source, as short messages after the answer", async () => {
	const { seen, send, identity } = await serving();
	const [old, anna, bert] = [await socketAt(), await socketAt(), await socketAt("127.0.0.3")];
	await send(old, pulse(1, 1));
	await send(anna, pulse(1, 3));
	await send(old, pulse(1, 2));
	await vi.waitFor(() => expect(old.received).toHaveLength(2), waitOptions);
	seen.endpoint = second;
	await send(bert, pulse(1, 1, {}, "bert"));
	await vi.waitFor(() => expect(anna.received).toHaveLength(2), waitOptions);
	identity.renew("anna");
	await vi.waitFor(() => expect(anna.received).toHaveLength(3), waitOptions);
	expect(
		answers(anna).map(({ counter, sub, endpoint, generation }) => [counter, sub, endpoint, generation]),
	).toEqual([
		[3, 0, first, presentGeneration],
		[3, 1, second, presentGeneration],
		[3, 2, second, presentGeneration + 1],
	]);
	expect(anna.received.every((datagram) => datagram.length === 48)).toBe(true);
	expect([old.received.length, bert.received.length]).toEqual([2, 1]);
});

test("of its own the relay says at most five things a second, and nothing to a home that was removed", async () => {
	const { send, identity, homes } = await serving();
	const anna = await socketAt();
	await send(anna, pulse(1, 1));
	for (let n = 0; n < 50; n++) identity.renew("anna");
	await sleep(100);
	expect(anna.received).toHaveLength(1 + 5);
	await sleep(1_000);
	delete homes["127.0.0.2"];
	identity.renew("anna");
	await sleep(100);
	expect(anna.received).toHaveLength(1 + 5);
});

test("recordings that are sent again and again do not use up what the home may send", async () => {
	const { seen, send, port } = await serving();
	const anna = await socketAt();
	const thief = await socketAt();
	for (let n = 0; n < 400; n++) {
		thief.send(pulse(9, n, { generation: presentGeneration - 1 }), port, relay);
		if (n % 20 === 0) await sleep(1);
	}
	await send(anna, pulse(1, 1));
	expect(seen.pulses).toEqual(["anna"]);
});

test("version 1 is answered until the home has spoken version 2, then never again, also after a restart", async () => {
	const { seen, send, saved } = await serving();
	const anna = await socketAt();
	const old = () => encodePulse1(Buffer.alloc(16, 4), 1_000);
	await send(anna, old());
	await vi.waitFor(() => expect(anna.received).toHaveLength(1), waitOptions);
	expect(decodeAnswer1(anna.received[0]!)?.endpoint).toEqual(first);
	await send(anna, pulse(1, 1, { generation: 0 }), old());
	expect(seen.dropped).toEqual(["outdated anna"]);
	expect(saved).toEqual([[publicKeys.anna]]);
	const { identity: afterRestart } = identityOf(undefined, saved);
	await afterRestart.restore();
	expect(afterRestart.hasSpoken({ id: "renamed", publicKey: publicKeys.anna })).toBe(true);
	expect(afterRestart.hasSpoken({ id: "bert", publicKey: publicKeys.bert })).toBe(false);
});
