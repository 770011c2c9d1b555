import { createSocket } from "node:dgram";
import { once } from "node:events";
import { expect, onTestFinished, test, vi } from "vitest";
import { createPresence } from "../../../relay-side/pulse/presence.ts";
import { createPulses } from "../../../relay-side/pulse/pulses.ts";
import { parseAddress } from "../../../shared/address.ts";
import { runCommand } from "../../../shared/command.ts";
import { Health } from "../../../shared/health.ts";
import { createMetrics } from "../../../shared/metrics.ts";
import { encodePulse } from "../../../shared/protocol/pulse.ts";
import { encodePulse1 } from "../../../shared/protocol/pulse-v1.ts";
import { SECOND } from "../../../shared/time.ts";
import { silent as log } from "../../shared/silent.ts";
import { homeKeys, identityOf, presentGeneration, publicKeys } from "../identities.ts";

const relay = parseAddress("127.0.0.1");
const waitOptions = { timeout: 20_000, interval: 20 };

test("a home that is away and sends pulses of version 1 is a condition until it is here again", async () => {
	let time = 0;
	const health = new Health(log);
	const metrics = createMetrics("test", "1", health);
	const presence = createPresence({ health, log, onChange() {} });
	const anna = { id: "anna", publicKey: publicKeys.anna };
	const { identity } = identityOf();
	identity.spoke(anna);
	const socket = createSocket("udp4").bind(0, "127.0.0.2");
	const probe = createSocket("udp4").bind(0, relay);
	await Promise.all([once(socket, "listening"), once(probe, "listening")]);
	const { port } = probe.address();
	await new Promise<void>((done) => probe.close(() => done()));
	const pulses = createPulses({
		...{ addresses: [relay], port, identity, presence, health, metrics, run: runCommand },
		homeAt: () => anna,
		endpoints: async () => new Map(),
		now: () => time,
	});
	pulses.start();
	onTestFinished(() => {
		pulses.stop();
		socket.close();
	});
	const outdated = async () =>
		Number(/test_pulses_outdated_total (\d+)/.exec((await metrics.expose()).text)?.[1]);
	await vi.waitFor(async () => {
		socket.send(encodePulse1(Buffer.alloc(16), 1_000), port, relay);
		expect(await outdated()).toBeGreaterThan(2);
	}, waitOptions);
	expect(health.list(), "at first contact an agent sends both").toEqual([]);
	time += 10 * SECOND;
	await vi.waitFor(() => {
		socket.send(encodePulse1(Buffer.alloc(16), 1_000), port, relay);
		expect(health.list()).toMatchObject([{ code: "pulse.old_version", subject: "anna", severity: "error" }]);
	}, waitOptions);
	const pulse = { run: 1, counter: 1, interval: 60_000, lookAnew: false, generation: presentGeneration };
	socket.send(encodePulse(pulse, homeKeys.anna.pulse), port, relay);
	await vi.waitFor(() => expect(health.list()).toEqual([]), waitOptions);
	// What came in version 1 beside it is nobody's concern, such as from an agent that is just being upgraded.
	socket.send(encodePulse1(Buffer.alloc(16), 1_000), port, relay);
	await vi.waitFor(async () => {
		expect(await outdated()).toBeGreaterThan(4);
	}, waitOptions);
	expect(health.list()).toEqual([]);
});

test("a program at a home that floods the pulse port is that home's trouble, whatever it sends", async () => {
	const health = new Health(log);
	const anna = { id: "anna", publicKey: publicKeys.anna };
	const socket = createSocket("udp4").bind(0, "127.0.0.2");
	const probe = createSocket("udp4").bind(0, relay);
	await Promise.all([once(socket, "listening"), once(probe, "listening")]);
	const { port } = probe.address();
	await new Promise<void>((done) => probe.close(() => done()));
	const pulses = createPulses({
		...{ addresses: [relay], port, health, run: runCommand, homeAt: () => anna },
		...{ identity: identityOf().identity, metrics: createMetrics("test", "1", health) },
		presence: createPresence({ health, log, onChange() {} }),
		endpoints: async () => new Map(),
	});
	pulses.start();
	onTestFinished(() => {
		pulses.stop();
		socket.close();
	});
	await vi.waitFor(() => {
		for (let n = 0; n < 50; n++) socket.send("noise", port, relay);
		expect(health.list()).toMatchObject([{ code: "pulse.too_many", subject: "anna" }]);
	}, waitOptions);
});
