import { createSocket } from "node:dgram";
import { once } from "node:events";
import { expect, onTestFinished, test, vi } from "vitest";
import { watchPulse } from "../../../agent/relay/pulse.ts";
import { createIdentity, type Identity } from "../../../relay-side/identity.ts";
import { servePulses } from "../../../relay-side/pulse/server.ts";
import { endpointText, parseAddress, parseEndpoint } from "../../../shared/address.ts";
import { homeKeys, publicKeys, relayKey } from "../identities.ts";

const relay = parseAddress("127.0.0.1");
const home = parseAddress("127.0.0.2");
const waitOptions = { timeout: 20_000, interval: 10 };

async function freePort(): Promise<number> {
	const socket = createSocket("udp4").bind(0, relay);
	await once(socket, "listening");
	const { port } = socket.address();
	await new Promise<void>((done) => socket.close(() => done()));
	return port;
}

/** The relay's companion; each has a start of its own, and what it remembers is shared. */
function companion(port: number, version2: string[]) {
	const seen = { pulses: 0, dropped: [] as string[], endpoint: parseEndpoint("198.51.100.7:1") };
	const state = {
		read: async () => ({ version2 }),
		write: async (value: { version2: string[] }) =>
			void version2.splice(0, version2.length, ...value.version2),
		stop() {},
	};
	const identity: Identity = createIdentity({ privateKey: relayKey, state });
	const server = servePulses({
		...{ addresses: [relay], port, identity },
		homeAt: () => ({ id: "anna", publicKey: publicKeys.anna }),
		endpoints: async () => new Map([[publicKeys.anna, seen.endpoint]]),
		onPulse: () => {
			seen.pulses += 1;
		},
		onEndpoint: () => {},
		onUnproven: () => {},
		onDropped: (reason) => seen.dropped.push(reason),
		onTrouble: () => {},
	});
	server.start();
	onTestFinished(() => server.stop());
	return { seen, server, identity };
}

function agent(port: number, interval: number) {
	const heard = { endpoints: [] as string[], generations: [] as number[], garbage: 0, spoken: false };
	const spoken = {
		has: () => heard.spoken,
		add: () => {
			heard.spoken = true;
		},
	};
	const watcher = watchPulse({
		...{ from: home, to: relay, port, keys: homeKeys.anna, spoken, interval, mtu: 1_280 },
		onAnswer: (endpoint) => heard.endpoints.push(endpoint ? endpointText(endpoint) : "unknown"),
		onGeneration: (generation) => heard.generations.push(generation),
		onSilence() {},
		onLoss() {},
		onLarge() {},
		onGarbage: () => {
			heard.garbage += 1;
		},
	});
	watcher.start();
	onTestFinished(() => watcher.stop());
	return { heard, watcher };
}

test("two that never met agree on version 2, and the home is present after one more pulse, sent at once", async () => {
	const port = await freePort();
	const remembered: string[] = [];
	const { seen } = companion(port, remembered);
	const { heard } = agent(port, 600_000);
	await vi.waitFor(() => expect(seen.pulses).toBe(1), waitOptions);
	expect([heard.spoken, remembered, heard.generations.length]).toEqual([true, [publicKeys.anna], 1]);
	expect(new Set(seen.dropped)).toEqual(new Set(["outdated"]));
});

test("a companion that was started anew is noticed with its first answer, and its home present at once", async () => {
	const port = await freePort();
	const remembered: string[] = [];
	const before = companion(port, remembered);
	const { heard, watcher } = agent(port, 600_000);
	await vi.waitFor(() => expect(before.seen.pulses).toBe(1), waitOptions);
	before.server.stop();
	const after = companion(port, remembered);
	await after.identity.restore();
	await vi.waitFor(async () => {
		watcher.now();
		expect(heard.generations).toHaveLength(2);
	}, waitOptions);
	await vi.waitFor(() => expect(after.seen.pulses).toBeGreaterThan(0), waitOptions);
	expect(heard.garbage).toBe(0);
});

test("news of the relay's reach an agent that pulses once in ten minutes within a moment", async () => {
	const port = await freePort();
	const { seen, identity } = companion(port, []);
	const { heard } = agent(port, 600_000);
	await vi.waitFor(() => expect(heard.generations).toHaveLength(1), waitOptions);
	await vi.waitFor(() => expect(seen.pulses).toBe(1), waitOptions);
	await new Promise((done) => setTimeout(done, 50));
	identity.renew("anna");
	await vi.waitFor(() => expect(heard.generations).toHaveLength(2), waitOptions);
	await vi.waitFor(() => expect(seen.pulses, "its echo").toBe(2), waitOptions);
	expect(heard.endpoints.every((endpoint) => endpoint === "198.51.100.7:1")).toBe(true);
});
