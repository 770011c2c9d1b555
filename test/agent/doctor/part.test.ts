import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { doctor } from "../../../agent/doctor/part.ts";
import { agentFacts } from "../../../agent/facts.ts";
import type { AgentContext, AgentPart } from "../../../agent/part.ts";
import { Health } from "../../../shared/health.ts";
import { HOUR } from "../../../shared/time.ts";
import { logLines } from "../log-lines.ts";

const relay = { name: "relay.example.net", addresses: ["192.0.2.10"], forward: ["192.0.2.10"] };
const saved = {
	at: "2026-11-30T05:23:00.000Z",
	counts: { well: 30, todo: 1, risk: 0, not_known: 0 },
	alarms: [
		{ code: "dmarc_missing", severity: "todo", subject: "_dmarc.example.org TXT", found: "there is none" },
	],
};

let part: AgentPart;
let health: Health;
beforeEach(async () => {
	const { log } = logLines();
	health = new Health(log);
	const facts = agentFacts();
	facts.relayTruth.own("dns")(relay as never);
	facts.servedPorts.own("reach")([993]);
	const state = () => ({ read: async () => saved, write: async () => {}, stop() {} });
	const context = {
		facts,
		health,
		log,
		state,
		key: { privateKey: Buffer.alloc(32, 7).toString("base64") },
		statusChanged() {},
	};
	const config = {
		mail: { domains: ["example.org"] },
		...{ relays: [{ endpoint: { host: "relay.example.net" } }], doctor: { check: "23 5 * * *" } },
	};
	part = (await doctor.create(config as never, context as unknown as AgentContext, undefined)) as AgentPart;
	vi.useFakeTimers();
});
afterEach(async () => {
	await part.stop?.();
	vi.useRealTimers();
});

test("the daemon tells the doctor what only it knows, and the relay's version", async () => {
	const known = async () => JSON.parse(await part.commands!.doctor!(""));
	expect(await known()).toMatchObject({ relay, ports: [993] });
	expect(await known()).not.toHaveProperty("keys");
	part.checkin!.heard!({ version: "1.2.3" } as never, "relay.example.net");
	expect(await known()).toMatchObject({ relayVersion: "1.2.3" });
});

test("the relay is asked to hand on mail four times an hour at most, however often somebody looks", async () => {
	const may = async () => JSON.parse(await part.commands!.doctor!("")).askStranger;
	for (let nth = 0; nth < 4; nth++) expect(await may()).toBe(true);
	expect(await may()).toBe(false);
	vi.advanceTimersByTime(HOUR);
	expect(await may()).toBe(true);
});

test("what the last daily look found holds after a restart, and the status has a line of it", async () => {
	await part.start!();
	expect(health.list()).toMatchObject([
		{ code: "doctor.something_to_do", severity: "warning", text: "_dmarc.example.org TXT: there is none" },
	]);
	const status = { doctor: { at: saved.at, counts: saved.counts } };
	expect(part.status!()).toEqual(status);
	expect(doctor.rows!(status)).toEqual([
		{ place: 70, name: "Daily look", text: expect.stringMatching(/05:23.* 1 to do, 0 at risk/) },
	]);
});
