import { once } from "node:events";
import { createServer } from "node:net";
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { askRelay } from "../../../agent/relay/client.ts";
import { createCheckins } from "../../../relay-side/checkin/checkins.ts";
import type { Home } from "../../../relay-side/homes/home.ts";
import { emptyRegistry } from "../../../relay-side/homes/registry.ts";
import { homeAway } from "../../../relay-side/pulse/conditions.ts";
import { createPresence } from "../../../relay-side/pulse/presence.ts";
import { parseAddress } from "../../../shared/address.ts";
import { runCommand } from "../../../shared/command.ts";
import { condition, Health } from "../../../shared/health.ts";
import { createLog } from "../../../shared/log.ts";
import { createMetrics } from "../../../shared/metrics.ts";
import { type CheckinAnswer, checkinAnswerSchema, checkinPath } from "../../../shared/protocol/checkin.ts";
import { SECOND } from "../../../shared/time.ts";
import { homeKeys, identityOf, publicKeys, relayKey } from "../pulse/identities.ts";

const relay = parseAddress("127.0.0.1");
const address = parseAddress("127.0.0.2");

beforeEach(() => void vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] }));
afterEach(() => void vi.useRealTimers());

const listHeldLike = condition({
	...{ code: "test.held", severity: "warning" as const, title: "a list is held", quiet: 0 },
	text: () => "a list is held",
	remedy: () => "accept it",
});

async function freePort(): Promise<number> {
	const server = createServer().listen(0, relay);
	await once(server, "listening");
	const { port } = server.address() as { port: number };
	await new Promise<void>((done) => server.close(() => done()));
	return port;
}

async function stage() {
	const port = await freePort();
	const log = createLog({ level: "silent" });
	const health = new Health(log);
	const { identity } = identityOf();
	const anna: Home = {
		...{ id: "anna", publicKey: publicKeys.anna, addresses: [address], domains: ["example.org"] },
		...{ mailPort: 25, senders: "own" as const },
	};
	let waiting: CheckinAnswer["waiting"];
	const checkins = createCheckins({
		run: runCommand,
		...{ addresses: [relay], port, privateKey: relayKey, identity, health },
		homeAt: () => anna,
		registry: () => ({ ...emptyRegistry, homes: new Map([["anna", anna]]) }),
		presence: createPresence({ health, log, onBack() {}, onAway() {} }),
		lists: {
			report() {},
			state: () => ({ count: 0, held: false, limit: 10 }),
		} as unknown as Parameters<typeof createCheckins>[0]["lists"],
		waiting: () => waiting,
		metrics: createMetrics("test", "1", health),
	});
	checkins.start();
	onTestFinished(() => checkins.stop());
	const spoken = { has: () => true, add: () => {} };
	const agent = { relay, from: address, port, keys: homeKeys.anna, spoken, bearer: "" };
	const report = { version: "1", addresses: {}, conditions: [] };
	return {
		...{ identity, health, checkins },
		waits: (mails: CheckinAnswer["waiting"]) => {
			waiting = mails;
		},
		async checkIn() {
			const limits = { signal: new AbortController().signal, patience: 5_000, limit: 100_000 };
			const { text } = await askRelay(agent, checkinPath, report, limits);
			return checkinAnswerSchema.parse(JSON.parse(text));
		},
	};
}

test("what begins or ends to be wrong with a home, or to wait for it, is news by its generation, told once", async () => {
	const { identity, health, checkIn, waits } = await stage();
	const generation = () => identity.generation("anna");
	const first = generation();
	expect((await checkIn()).generation).toBe(first);
	health.set(homeAway, "anna", { seen: undefined });
	health.set(listHeldLike, "bert", undefined);
	expect(generation(), "that it is away, or what is wrong with another, is no news to a home").toBe(first);
	health.set(listHeldLike, "anna", undefined);
	health.clear(listHeldLike, "anna");
	expect(generation()).toBe(first + 2);
	waits({ mails: 1, since: "", oldest: "" });
	vi.advanceTimersByTime(5 * SECOND);
	expect(generation()).toBe(first + 3);
	expect(await checkIn()).toMatchObject({ generation: first + 3, waiting: { mails: 1 } });
	vi.advanceTimersByTime(60 * SECOND);
	expect(generation()).toBe(first + 3);
	waits(undefined);
	vi.advanceTimersByTime(5 * SECOND);
	expect(generation()).toBe(first + 4);
});
