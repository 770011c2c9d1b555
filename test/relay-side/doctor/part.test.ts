import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { doctor } from "../../../relay-side/doctor/part.ts";
import { whatIsKnown } from "../../../relay-side/doctor/told.ts";
import { relayFacts } from "../../../relay-side/facts.ts";
import type { Home } from "../../../relay-side/homes/home.ts";
import { emptyRegistry } from "../../../relay-side/homes/registry.ts";
import type { RelayContext, RelayPart } from "../../../relay-side/part.ts";
import { postfixNotSetUp } from "../../../relay-side/postfix/conditions.ts";
import { logLines } from "../../agent/log-lines.ts";
import { silentHealth } from "../../shared/silent.ts";
import { homeOf } from "../homes/examples.ts";

const homes = [
	homeOf("anna", 2, { domains: ["example.org"] }),
	homeOf("bert", 3, { domains: ["b.example"] }),
];
const saved = {
	at: "2026-11-30T05:23:00.000Z",
	counts: { well: 12, todo: 0, risk: 1, not_known: 0 },
	alarms: [{ code: "reverse_missing", severity: "risk", subject: "192.0.2.10", found: "it has none" }],
};

let facts: ReturnType<typeof relayFacts>;
let health: ReturnType<typeof silentHealth>;
let part: RelayPart;

function served(...present: Home[]): void {
	const none = new Set<string>();
	const registry = { ...emptyRegistry, homes: new Map(present.map((one) => [one.id, one])) };
	const changed = { changedHomes: none, changedDomains: none };
	setHomes({ registry, at: new Map(), byDomain: new Map(), ...changed } as never);
}
let setHomes: (value: never) => void;

beforeEach(async () => {
	vi.useFakeTimers();
	[facts, health] = [relayFacts(), silentHealth()];
	setHomes = facts.homes.own("test") as (value: never) => void;
	served(...homes);
	const context = {
		...{ facts, health, run: async () => "relay.example.net\n", log: logLines().log, statusChanged() {} },
		key: { privateKey: Buffer.alloc(32, 7).toString("base64") },
		state: () => ({ read: async () => saved, write: async () => {}, stop() {} }),
	};
	const config = { tunnel: { networks: [] }, doctor: { check: "23 5 * * *" } };
	part = (await doctor.create(config as never, context as unknown as RelayContext, undefined)) as RelayPart;
});
afterEach(async () => {
	await part.stop?.();
	vi.useRealTimers();
});

test("what the last daily look at the relay found holds after a restart, and the status says so", async () => {
	await part.start!();
	expect(health.list()).toMatchObject([
		{ code: "doctor.mail_at_risk", severity: "error", text: "192.0.2.10: it has none" },
	]);
	expect(health.list()[0]!.remedy).toBe('run "heimweg-relay doctor", which says more and looks again');
	expect(doctor.rows!(part.status!())).toEqual([
		{ place: 70, name: "Daily look", text: expect.stringMatching(/1 at risk \(heimweg-relay doctor\)$/) },
	]);
});

test("what the daemon knows of a relay is told, without what an earlier look found", async () => {
	await part.start!();
	health.put(postfixNotSetUp, "", { missing: ["transport_maps"] } as never);
	const known = JSON.parse(await part.commands!.doctor!(""));
	expect(known.domains).toEqual(["example.org", "b.example"]);
	expect(known.conditions.map(({ code }: { code: string }) => code)).toEqual(["postfix.not_set_up"]);
});

test("homes that run an earlier version are named to the doctor", () => {
	const versions = new Map([
		["anna", "1.2.0"],
		["bert", "1.3.1"],
		["cleo", "development"],
	]);
	expect(whatIsKnown(facts, health, versions, "1.3.0").homes).toEqual([{ home: "anna", version: "1.2.0" }]);
});

test("a home that asks what the relay finds at itself is answered, and one that does not is not", () => {
	expect(part.checkin!.own!(homes[0]!, { version: 1, look: "a" })).toEqual({ version: 1, look: "a" });
	for (const said of [
		undefined,
		null,
		{},
		{ version: 2, look: "a" },
		{ version: 1 },
		{ version: 1, look: 1 },
		"look",
	])
		expect(part.checkin!.own!(homes[0]!, said)).toBeUndefined();
	expect(part.checkin!.answer!(homes[0]!, { version: "1.2.0" } as never)).toEqual({});
});
