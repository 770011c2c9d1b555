import { once } from "node:events";
import { createServer } from "node:net";
import { expect, onTestFinished, test, vi } from "vitest";
import { askRelay } from "../../../agent/relay/client.ts";
import { createCheckins } from "../../../relay-side/checkin/checkins.ts";
import { relayFacts } from "../../../relay-side/facts.ts";
import type { Home } from "../../../relay-side/homes/home.ts";
import { emptyRegistry } from "../../../relay-side/homes/registry.ts";
import { homeAway } from "../../../relay-side/pulse/conditions.ts";
import { parseAddress } from "../../../shared/address.ts";
import { runCommand } from "../../../shared/command.ts";
import { condition, Health } from "../../../shared/health.ts";
import { createMetrics } from "../../../shared/metrics.ts";
import { checkinAnswerSchema, checkinPath } from "../../../shared/protocol/checkin.ts";
import { silent as log } from "../../shared/silent.ts";
import { homeKeys, identityOf, publicKeys, relayKey } from "../identities.ts";

const relay = parseAddress("127.0.0.1");
const address = parseAddress("127.0.0.2");

const listHeldLike = condition({
	...{ code: "test.held", severity: "warning" as const, title: "a list is held", visibleAfter: 0 },
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

	const health = new Health(log);
	const { identity } = identityOf();
	const anna: Home = {
		...{ id: "anna", publicKey: publicKeys.anna, addresses: [address], domains: ["example.org"] },
		...{ mailPort: 25, senders: "own" as const },
	};
	const facts = relayFacts();
	facts.homes.own("homes")({
		registry: { ...emptyRegistry, homes: new Map([["anna", anna]]) },
		at: new Map([[address, anna]]),
		byDomain: new Map([["example.org", anna]]),
		changedHomes: new Set(),
		changedDomains: new Set(),
	});
	const checkins = createCheckins({
		run: runCommand,
		...{ addresses: [relay], port, privateKey: relayKey, identity, health },
		facts,
		sections: () => [],
		proofs: () => [],
		metrics: createMetrics("test", "1", health),
	});
	checkins.start();
	onTestFinished(() => checkins.stop());
	const spoken = { has: () => true, add: () => {} };
	const agent = { relay, from: address, port, keys: homeKeys.anna, spoken, bearer: "" };
	const report = { version: "1", addresses: {}, conditions: ["dns.failing"], parts: { reach: [["much"]] } };
	return {
		...{ identity, health, checkins },
		async checkIn() {
			const limits = { signal: new AbortController().signal, patience: 5_000, limit: 100_000 };
			const { text } = await askRelay(agent, checkinPath, report, limits);
			return checkinAnswerSchema.parse(JSON.parse(text));
		},
	};
}

test("what begins or ends to be wrong with a home is news to it by its generation, told once", async () => {
	const { identity, health, checkIn } = await stage();
	const generation = () => identity.generation("anna");
	const first = generation();
	const answer = await checkIn();
	expect(answer.generation).toBe(first);
	expect(answer.spread, "of few homes").toBe(1);
	health.set(homeAway, "anna", { seen: undefined });
	health.set(listHeldLike, "bert", undefined);
	expect(generation(), "that it is away, or what is wrong with another, is no news to a home").toBe(first);
	health.set(listHeldLike, "anna", undefined);
	health.clear(listHeldLike, "anna");
	expect(generation()).toBe(first + 2);
});

test("of a check-in the relay keeps what it shows, however much else the home says", async () => {
	const { checkins, checkIn } = await stage();
	await checkIn();
	expect(checkins.of("anna")).toEqual({ version: "1", conditions: ["dns.failing"], at: expect.any(Date) });
});

test("what holds of other homes is not gone through for a check-in", async () => {
	const { health, checkIn } = await stage();
	health.set(listHeldLike, "anna", undefined);
	health.set(listHeldLike, "bert", undefined);
	const list = vi.spyOn(health, "list");
	const { notices } = await checkIn();
	expect(notices.map(({ code }) => code)).toEqual(["test.held"]);
	expect(list).not.toHaveBeenCalled();
});
