import { describe, expect, it, onTestFinished } from "vitest";
import type { AgentCore } from "../../agent/config.ts";
import { delivery } from "../../agent/delivery/part.ts";
import { agentFacts, type RelayState } from "../../agent/facts.ts";
import { mail } from "../../agent/mail/part.ts";
import { maillog } from "../../agent/maillog/part.ts";
import type { AgentContext, AgentPart } from "../../agent/part.ts";
import { parseAddress } from "../../shared/address.ts";
import { Health } from "../../shared/health.ts";
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
