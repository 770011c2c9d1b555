import { expect, test } from "vitest";
import { agentFacts } from "../../../agent/facts.ts";
import type { AgentContext, AgentPart } from "../../../agent/part.ts";
import { reach } from "../../../agent/reach/part.ts";
import { type Family, parseAddress } from "../../../shared/address.ts";
import { Health } from "../../../shared/health.ts";
import { logLines } from "../log-lines.ts";

const address = parseAddress("8.8.4.4");

async function made(remembered?: unknown) {
	const { log } = logLines();
	const facts = agentFacts();
	const health = new Health(log);
	const written: unknown[] = [];
	const state = () => ({
		read: async () => remembered,
		write: async (value: unknown) => void written.push(value),
		stop() {},
	});
	const run = async () => "LISTEN 0 100 0.0.0.0:993 0.0.0.0:*\n";
	const context = { facts, health, log, run, state, statusChanged() {} } as unknown as AgentContext;
	const part = (await reach.create({ reach: {} } as never, context, undefined)) as AgentPart;
	facts.published.own("test")({
		names: ["mail.example.org"],
		families: new Set<Family>([4, 6]),
		alsoPublic: [],
	});
	const tell = facts.addresses.own("test");
	await part.start?.();
	const line = (ipv4: typeof address | undefined) =>
		tell({ 4: { address: ipv4, goneSince: undefined }, 6: { address: undefined, goneSince: undefined } });
	return { part, facts, health, written, line };
}

const silent = (at: string) => ({
	looks: [{ address, at, familyWell: true, ports: [{ port: 993, verdict: "silent" }] }],
});

test("the home says its published address and the ports that are listened on", async () => {
	const { part, line } = await made();
	expect(part.checkin?.own?.()).toBeUndefined();
	line(address);
	expect(part.checkin?.own?.()).toEqual({
		ports: [993],
		addresses: [address],
		names: ["mail.example.org"],
	});
});

test("silence outside is told at once, and takes no record away before it is proven", async () => {
	const { part, facts, health, line } = await made();
	line(address);
	part.checkin?.heardOwn?.(silent("a"), "relay");
	part.checkin?.heardOwn?.(silent("b"), "relay");
	expect(health.list().map(({ code, subject }) => [code, subject])).toEqual([["reach.silent", "IPv4"]]);
	expect(facts.reach.value).toEqual({ 4: undefined, 6: undefined });
	for (const row of reach.rows?.(part.status!()) ?? []) expect(row.text).toContain("no, nobody answers");
});

test.each([undefined, null, "x", { looks: "many" }, { looks: [{ address: "10.0.0.1" }] }])(
	"a relay that answers %j is no news",
	async (answer) => {
		const { part, health, line } = await made();
		line(address);
		part.checkin?.heardOwn?.(answer, "relay");
		expect(health.list()).toEqual([]);
	},
);

test("what was proven is still so after a restart, until the line has another address", async () => {
	const proof = { address, found: "silent", silentPorts: [993], at: "b", refuted: true };
	const { part, facts, line } = await made([proof]);
	expect(facts.reach.value?.[4]).toBe(address);
	part.checkin?.heardOwn?.(undefined, "relay");
	expect(facts.reach.value?.[4]).toBe(address);
	line(parseAddress("8.8.8.8"));
	part.checkin?.heardOwn?.(undefined, "relay");
	expect(facts.reach.value?.[4]).toBeUndefined();
});
