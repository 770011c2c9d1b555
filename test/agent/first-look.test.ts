import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import type { AgentCore } from "../../agent/config.ts";
import { delivery } from "../../agent/delivery/part.ts";
import { agentFacts, type RelayState } from "../../agent/facts.ts";
import { firstLook } from "../../agent/first-look.ts";
import { mail } from "../../agent/mail/part.ts";
import { maillog } from "../../agent/maillog/part.ts";
import type { AgentContext, AgentPart } from "../../agent/part.ts";
import { parseAddress } from "../../shared/address.ts";
import { Health } from "../../shared/health.ts";
import { SECOND } from "../../shared/time.ts";
import { configured } from "../shared/postfix/configured.ts";
import { silent } from "../shared/silent.ts";

const answering = { up: true } as RelayState;
const away = { up: false } as RelayState;

/** A part at work beside a Postfix, and which programs it started. */
async function atWork(kind: typeof delivery) {
	const facts = agentFacts();
	const started: string[] = [];
	const run = configured(
		{
			values: { mydestination: "anna.example", inet_interfaces: "all", inet_protocols: "all" },
			sockets: ["0.0.0.0:25"],
		},
		started,
	);
	const context = { facts, run, health: new Health(silent), log: silent, statusChanged() {} };
	const config = {
		relays: [{ addresses: [parseAddress("10.86.0.1")] }],
		tunnel: { addresses: [parseAddress("10.86.0.2")] },
		mail: { domains: ["anna.example"] },
	} as unknown as AgentCore;
	const part = [
		await kind.create(config, context as unknown as AgentContext, undefined),
	].flat()[0] as AgentPart;
	onTestFinished(async () => {
		await part.stop?.();
		await Promise.all((part.duties?.() ?? []).map((duty) => duty.stop()));
	});
	return { part, started, facts, relay: facts.relays.own("relay.example.net", "relay") };
}

describe.each([delivery, mail, maillog])("the part $name", (kind) => {
	it("starts no program before a relay answers, and looks then", async () => {
		const { part, started, relay } = await atWork(kind);
		await part.start?.();
		relay(away);
		await new Promise((resolve) => setTimeout(resolve, 50));
		expect(started).toEqual([]);
		relay(answering);
		await expect.poll(() => started).not.toEqual([]);
	});
});

it("what is found out of mail's delivery is told to the relay at once, also after the first check-in", async () => {
	const { part, facts, relay } = await atWork(delivery);
	let told = 0;
	part.checkin?.subscribe?.(() => {
		told += 1;
	});
	await part.start?.();
	expect(part.proof?.()).toEqual({});
	relay(answering);
	await expect.poll(() => told).toBe(1);
	expect(facts.delivery.value?.incoming.says).toBe("yes");
});

describe("a first look", () => {
	beforeEach(() => void vi.useFakeTimers());
	afterEach(() => void vi.useRealTimers());

	function looking() {
		const facts = agentFacts();
		const look = vi.fn();
		const first = firstLook(facts, look);
		first.start();
		return { first, look, relay: facts.relays.own("relay.example.net", "relay") };
	}

	it("comes also when no relay answers", () => {
		const { first, look } = looking();
		vi.advanceTimersByTime(SECOND);
		expect([look.mock.calls.length, first.begun]).toEqual([0, false]);
		vi.advanceTimersByTime(2 * SECOND);
		expect([look.mock.calls.length, first.begun]).toEqual([1, true]);
	});

	it("comes once, however often relays answer", () => {
		const { look, relay } = looking();
		for (const state of [answering, away, { ...answering }]) relay(state);
		vi.advanceTimersByTime(10 * SECOND);
		expect(look).toHaveBeenCalledTimes(1);
	});

	it("does not come after the end", () => {
		const { first, look, relay } = looking();
		first.stop();
		relay(answering);
		vi.advanceTimersByTime(10 * SECOND);
		expect(look).not.toHaveBeenCalled();
	});
});
