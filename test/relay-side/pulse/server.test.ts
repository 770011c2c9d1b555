import { execFileSync } from "node:child_process";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { expect, onTestFinished, test, vi } from "vitest";
import type { Known } from "../../../relay-side/identity.ts";
import { type PulseOptions, servePulses } from "../../../relay-side/pulse/server.ts";
import { enlarge } from "../../../relay-side/pulse/sockets.ts";
import { type Address, type Endpoint, parseAddress, parseEndpoint } from "../../../shared/address.ts";
import { decodeAnswer, encodePulse, type Pulse, type PulseAnswer } from "../../../shared/protocol/pulse.ts";
import { encodeNudge } from "../../../shared/protocol/pulse-v1.ts";
import { random } from "../../shared/random.ts";
import { homeKeys, identityOf, presentGeneration, publicKeys } from "../identities.ts";

const relay = parseAddress("127.0.0.1");
const endpoint = parseEndpoint("198.51.100.7:51820");
const waitOptions = { timeout: 20_000, interval: 20 };
const chance = random();

/** A UDP socket on an address of the loopback, which stands for a home's tunnel address. */
async function homeSocket(address = "127.0.0.2"): Promise<Socket & { received: Buffer[] }> {
	const socket = Object.assign(createSocket(address.includes(":") ? "udp6" : "udp4"), {
		received: [] as Buffer[],
	});
	socket.on("message", (datagram) => socket.received.push(datagram));
	socket.bind(0, address);
	await once(socket, "listening");
	onTestFinished(() => void socket.close());
	return socket;
}

/** A port that is free right now. */
async function freePort(address: string = relay): Promise<number> {
	const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
	socket.bind(0, address);
	await once(socket, "listening");
	const { port } = socket.address();
	await new Promise<void>((resolve) => socket.close(() => resolve()));
	return port;
}

async function serve(options: Partial<PulseOptions> = {}) {
	const pulses: Array<[string, number]> = [];
	const endpoints: Array<[string, Endpoint]> = [];
	const dropped: string[] = [];
	const troubles: Array<string | undefined> = [];
	const address = options.addresses?.[0] ?? relay;
	const port = options.port ?? (await freePort(address));
	const homes: Record<string, Known> = {
		"127.0.0.2": { id: "anna", publicKey: publicKeys.anna },
		"127.0.0.3": { id: "bert", publicKey: publicKeys.bert },
		"::1": { id: "cora", publicKey: publicKeys.cora },
	};
	const { identity, saved } = identityOf(options.identity);
	const server = servePulses({
		addresses: [address],
		port,
		homeAt: (at: Address) => homes[at],
		identity,
		endpoints: async () => new Map([[publicKeys.anna, endpoint]]),
		onPulse: (home, interval) => pulses.push([home, interval]),
		onUnproven: () => {},
		onEndpoint: (home, seen) => endpoints.push([home, seen]),
		onDropped: (reason, home) => dropped.push(home ? `${reason} ${home}` : reason),
		onTrouble: (error) => troubles.push(error?.message),
		...options,
	});
	server.start();
	onTestFinished(() => server.stop());
	if (!options.port) await vi.waitFor(() => expect(troubles).toContain(undefined), waitOptions);
	const send = (socket: Socket, datagram: Buffer) => socket.send(datagram, port, address);
	return { server, port, homes, identity, saved, pulses, endpoints, dropped, troubles, send };
}

type Home = keyof typeof homeKeys;

let counter = 0;

/** A pulse of a home's, newer than all before, by an agent that knows how things stand. */
function pulseOf(home: Home, changes: Partial<Pulse> = {}, length = 48): Buffer {
	counter += 1;
	const pulse = { run: 1, counter, interval: 1_000, lookAnew: false, generation: presentGeneration };
	return encodePulse({ ...pulse, ...changes }, homeKeys[home].pulse, length);
}

const read = (home: Home, datagram: Buffer | undefined): PulseAnswer | undefined =>
	datagram && decodeAnswer(datagram, homeKeys[home].answer);

test("a home's pulse is answered with the endpoint that WireGuard sees, and as long as it was", async () => {
	const relaySide = await serve();
	const anna = await homeSocket();
	relaySide.send(anna, pulseOf("anna", { run: 77, counter: 5, interval: 750 }, 1_200));
	await vi.waitFor(() => expect(anna.received).toHaveLength(1), waitOptions);
	expect(anna.received[0]).toHaveLength(1_200);
	const wanted = { run: 77, counter: 5, sub: 0, endpoint, generation: presentGeneration };
	expect(read("anna", anna.received[0])).toEqual(wanted);
	expect(relaySide.pulses).toEqual([["anna", 750]]);
	expect(relaySide.endpoints).toEqual([["anna", endpoint]]);
});

test("a pulse is answered although the endpoint is not known, or `wg` fails", async () => {
	let fails = false;
	const relaySide = await serve({
		endpoints: () => (fails ? Promise.reject(new Error("no wg")) : Promise.resolve(new Map())),
	});
	const anna = await homeSocket();
	for (const failing of [false, true]) {
		fails = failing;
		anna.received.length = 0;
		relaySide.send(anna, pulseOf("anna"));
		await vi.waitFor(() => expect(anna.received).toHaveLength(1), waitOptions);
		expect(read("anna", anna.received[0])?.endpoint).toBeUndefined();
	}
	expect(relaySide.endpoints).toEqual([]);
});

test("over IPv6 it is the same", async () => {
	const relaySide = await serve({ addresses: [parseAddress("::1")] });
	const cora = await homeSocket("::1");
	relaySide.send(cora, pulseOf("cora"));
	await vi.waitFor(() => expect(cora.received).toHaveLength(1), waitOptions);
	expect(relaySide.pulses).toEqual([["cora", 1_000]]);
});

test("strangers and garbage get no answer, of any length from nothing to the largest datagram", async () => {
	const relaySide = await serve();
	const [anna, stranger] = [await homeSocket(), await homeSocket("127.0.0.9")];
	const lengths = [0, 1, 3, 19, 20, 39, 40, 41, 1_500, 9_000, 65_507];
	for (const length of lengths) {
		relaySide.send(anna, chance.bytes(length));
		relaySide.send(stranger, pulseOf("anna", {}, length));
	}
	relaySide.send(anna, encodeNudge());
	await vi.waitFor(() => expect(relaySide.dropped).toHaveLength(2 * lengths.length + 1), waitOptions);
	expect(relaySide.dropped.filter((reason) => reason === "stranger")).toHaveLength(lengths.length);
	expect(relaySide.dropped.filter((reason) => reason === "garbage anna")).toHaveLength(lengths.length + 1);
	// What is sent now is answered after everything before it.
	relaySide.send(anna, pulseOf("anna"));
	await vi.waitFor(() => expect(anna.received).toHaveLength(1), waitOptions);
	expect(stranger.received).toEqual([]);
});

test("a home that sends too much is answered for a burst and then dropped, and the others notice nothing", async () => {
	const relaySide = await serve();
	const [anna, bert] = [await homeSocket(), await homeSocket("127.0.0.3")];
	const sent = 300;
	for (let n = 0; n < sent; n++) {
		relaySide.send(anna, pulseOf("anna"));
		if (n % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
	}
	relaySide.send(bert, pulseOf("bert"));
	await vi.waitFor(() => expect(bert.received).toHaveLength(1), waitOptions);
	await vi.waitFor(
		() => expect(relaySide.pulses.length + relaySide.dropped.length).toBe(sent + 1),
		waitOptions,
	);
	expect(relaySide.pulses.length, "what WireGuard may have kept during an outage").toBeGreaterThanOrEqual(
		129,
	);
	expect(new Set(relaySide.dropped)).toEqual(new Set(["rate anna"]));
	expect(relaySide.dropped.length).toBeGreaterThan(100);
});

test("a home that goes on sending too much is still answered at the rate", async () => {
	const relaySide = await serve();
	const anna = await homeSocket();
	for (let n = 0; n < 200; n++) relaySide.send(anna, pulseOf("anna"));
	await vi.waitFor(() => expect(relaySide.pulses.length + relaySide.dropped.length).toBe(200), waitOptions);
	const before = relaySide.pulses.length;
	// Closer together than what is earned for one takes.
	const began = performance.now();
	while (performance.now() - began < 1_000) {
		relaySide.send(anna, pulseOf("anna"));
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
	await vi.waitFor(() => expect(relaySide.pulses.length).toBeGreaterThanOrEqual(before + 3), waitOptions);
});

test("one read of the endpoints at a time, and it answers only pulses that came before it began", async () => {
	const reads: Array<(seen: Map<string, Endpoint>) => void> = [];
	const relaySide = await serve({ endpoints: () => new Promise((resolve) => reads.push(resolve)) });
	const [anna, bert] = [await homeSocket(), await homeSocket("127.0.0.3")];
	relaySide.send(anna, pulseOf("anna"));
	await vi.waitFor(() => expect(reads).toHaveLength(1), waitOptions);
	relaySide.send(anna, pulseOf("anna"));
	for (let n = 0; n < 2; n++) relaySide.send(bert, pulseOf("bert"));
	await vi.waitFor(() => expect(relaySide.pulses).toHaveLength(4), waitOptions);
	expect(reads).toHaveLength(1);
	reads[0]!(new Map([[publicKeys.anna, endpoint]]));
	await vi.waitFor(() => expect(reads).toHaveLength(2), waitOptions);
	await vi.waitFor(() => expect(anna.received).toHaveLength(1), waitOptions);
	expect(bert.received).toEqual([]);
	const moved = parseEndpoint("203.0.113.9:4444");
	reads[1]!(new Map([[publicKeys.anna, moved]]));
	await vi.waitFor(() => expect(bert.received).toHaveLength(2), waitOptions);
	expect(anna.received.map((answer) => read("anna", answer)?.endpoint)).toEqual([endpoint, moved]);
	expect(reads).toHaveLength(2);
});

test("a port in use is told once it is tried, and served as soon as it is free", async () => {
	const port = await freePort();
	const other = createSocket("udp4");
	other.bind({ port, address: relay, exclusive: true });
	await once(other, "listening");
	const relaySide = await serve({ port });
	await vi.waitFor(
		() => expect(relaySide.troubles[0]).toContain(`UDP port ${port} on 127.0.0.1 is in use`),
		waitOptions,
	);
	await new Promise<void>((resolve) => other.close(() => resolve()));
	await vi.waitFor(() => expect(relaySide.troubles.at(-1)).toBeUndefined(), waitOptions);
	const anna = await homeSocket();
	relaySide.send(anna, pulseOf("anna"));
	await vi.waitFor(() => expect(anna.received).toHaveLength(1), waitOptions);
});

test("an address that this machine does not have is a trouble and no crash", async () => {
	const relaySide = await serve({ addresses: [parseAddress("192.0.2.1")], port: 40_000 });
	await vi.waitFor(() => expect(relaySide.troubles[0]).toContain("cannot be opened"), waitOptions);
});

test("after a stop the port is free, also when it was stopped before it was bound", async () => {
	for (let round = 0; round < 20; round++) {
		const port = await freePort();
		const { server } = await serve({ port });
		if (round % 2) await new Promise((resolve) => setImmediate(resolve));
		server.stop();
		const next = createSocket("udp4");
		next.bind({ port, address: relay, exclusive: true });
		await once(next, "listening");
		await new Promise<void>((resolve) => next.close(() => resolve()));
	}
});

test("a nudge goes from the pulse port to the home's, and says nothing", async () => {
	const port = await freePort("127.0.0.2");
	const anna = createSocket("udp4");
	const received: Array<[string, number, string]> = [];
	anna.on("message", (datagram, from) => received.push([datagram.toString("hex"), from.port, from.address]));
	anna.bind(port, "127.0.0.2");
	await once(anna, "listening");
	onTestFinished(() => {
		anna.close();
	});
	const relaySide = await serve({ port });
	await vi.waitFor(() => expect(relaySide.troubles).toEqual([undefined]), waitOptions);
	relaySide.server.nudge(parseAddress("127.0.0.2"));
	await vi.waitFor(
		() => expect(received).toEqual([[encodeNudge().toString("hex"), port, "127.0.0.1"]]),
		waitOptions,
	);
	// No socket of that family, and none at all: nothing happens.
	relaySide.server.nudge(parseAddress("::1"));
	relaySide.server.stop();
	relaySide.server.nudge(parseAddress("127.0.0.2"));
});

test("a home that vanishes between its pulse and its answer does no harm", async () => {
	const reads: Array<(seen: Map<string, Endpoint>) => void> = [];
	const relaySide = await serve({ endpoints: () => new Promise((resolve) => reads.push(resolve)) });
	const anna = createSocket("udp4");
	anna.bind(0, "127.0.0.2");
	await once(anna, "listening");
	relaySide.send(anna, pulseOf("anna"));
	await vi.waitFor(() => expect(reads).toHaveLength(1), waitOptions);
	await new Promise<void>((resolve) => anna.close(() => resolve()));
	relaySide.homes["127.0.0.2"] = { id: "other", publicKey: publicKeys.cora };
	reads[0]!(new Map([[publicKeys.anna, endpoint]]));
	const bert = await homeSocket("127.0.0.3");
	relaySide.send(bert, pulseOf("bert"));
	await vi.waitFor(() => expect(reads).toHaveLength(2), waitOptions);
	reads[1]!(new Map());
	await vi.waitFor(() => expect(bert.received).toHaveLength(1), waitOptions);
	expect(relaySide.endpoints).toEqual([["anna", endpoint]]);
});

test("all pulses that wait in the sockets are heard before anybody is judged", async () => {
	const relaySide = await serve();
	// From another process, for which this one waits: nothing is heard before all is sent.
	const pulses = Array.from({ length: 100 }, () =>
		(["anna", "bert"] as const).map((home) => pulseOf(home).toString("hex")),
	);
	const script = `const [anna, bert] = [2, 3].map((n) => require("node:dgram").createSocket("udp4").bind(0, "127.0.0." + n));
		const send = (socket, hex) => new Promise((done) => socket.send(Buffer.from(hex, "hex"), ${relaySide.port}, "${relay}", done));
		(async () => { for (const [a, b] of ${JSON.stringify(pulses)}) await Promise.all([send(anna, a), send(bert, b)]);
			anna.close(); bert.close(); })();`;
	execFileSync(process.execPath, ["-"], { input: script });
	const heard = await new Promise<number>((resolve) =>
		relaySide.server.caughtUp(() => resolve(relaySide.pulses.length)),
	);
	expect(heard).toBe(200);
});

test("as many datagrams may wait as the system gives room for", async () => {
	const socket = await homeSocket();
	const before = socket.getRecvBufferSize();
	enlarge(socket);
	expect(socket.getRecvBufferSize()).toBeGreaterThan(before);
});
