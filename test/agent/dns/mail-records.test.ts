import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { z } from "zod";
import { type DnsConfig, dnsShape } from "../../../agent/dns/config.ts";
import { createMailRecords, type MailRecords } from "../../../agent/dns/mail-records.ts";
import { agentFacts } from "../../../agent/facts.ts";
import type { Provider } from "../../../shared/dns/provider.ts";
import { createDesec } from "../../../shared/dns/providers/desec/provider.ts";
import type { untilVisible } from "../../../shared/dns/visibility.ts";
import type { ShownPlan } from "../../../shared/dns/zones/protocol.ts";
import { Health } from "../../../shared/health.ts";
import { savedState } from "../../../shared/saved-state.ts";
import { TOKEN } from "../../desec/asking.ts";
import { type StandIn, startStandIn } from "../../desec/stand-in.ts";
import { logLines } from "../log-lines.ts";
import { relayTruth, usualMail } from "./zones-scene.ts";

let folder: string;
let desec: StandIn;
let health: Health;
let provider: Promise<Provider> | undefined;
let records: MailRecords;
let behind: string[];
let visible: typeof untilVisible;

/** The daemon's part, as a start makes it. */
async function started(): Promise<MailRecords> {
	const { log } = logLines();
	health = new Health(log);
	const context = {
		...{ facts: agentFacts(), health, log, statusChanged: () => {} },
		state: <T>(file: string, schema: z.ZodType<T>) => savedState(join(folder, file), schema, { health, log }),
	};
	const config = dnsShape.dns.parse({ names: ["mail.example.org"], mail: usualMail }) as DnsConfig;
	const core = { domains: ["example.org"], stateDir: folder, relay: "relay.example.net" };
	const made = createMailRecords(
		config,
		core,
		context,
		() => provider,
		(_, unseen) => void behind.push(...unseen.map(({ name, type }) => `${name} ${type}`)),
		visible,
	);
	await made.start();
	return made;
}

beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "heimweg-mail-records-"));
	desec = await startStandIn({ domains: [{ name: "example.org" }], tokens: [{ secret: TOKEN }] });
	provider = createDesec({
		...{ api: desec.url, update: desec.updateUrl, userAgent: "heimweg/test", now: () => performance.now() },
		token: async () => TOKEN,
		memory: { read: async () => undefined, write: async () => {}, stop: () => {} },
		...{ onWritten: () => {}, onUncertain: () => {} },
	});
	behind = [];
	visible = async () => 1;
	records = await started();
	records.checkin.heardOwn?.(relayTruth, "relay.example.net");
});
afterEach(async () => {
	records.stop();
	await desec.stop();
	await rm(folder, { recursive: true, force: true });
});

const plan = async () =>
	(JSON.parse(await records.commands["dns-plan"]!('{"take":[],"undo":false}')) as [ShownPlan])[0];

async function apply(): Promise<void> {
	const { digest } = await plan();
	const order = { take: [], undo: false, agreed: { "example.org": digest } };
	await records.commands["dns-apply"]!(JSON.stringify(order));
}

const drift = () => health.list().find(({ code }) => code === "dns.drift")?.text;

test("a first start only plans: nothing is written, and nothing is called drift", async () => {
	await records.look();
	expect(desec.rrsets("example.org")).toEqual([]);
	expect(desec.requests.every(({ method }) => method === "GET")).toBe(true);
	expect(records.state().zones).toMatchObject([{ zone: "example.org", toDo: expect.any(Number), ours: 0 }]);
	expect(drift()).toBeUndefined();
});

test("what somebody changes of what was applied is told, and left as it is, also after a restart", async () => {
	await apply();
	expect((await readdir(join(folder, "zones"))).length).toBe(1);
	await records.look();
	expect(drift()).toBeUndefined();
	await desec.edit("example.org", {
		subname: "_dmarc",
		type: "TXT",
		ttl: 3600,
		records: ['"v=DMARC1; p=reject"'],
	});
	await desec.edit("example.org", { subname: "", type: "MX", ttl: 3600, records: [] });
	records.stop();
	records = await started();
	records.checkin.heardOwn?.(relayTruth, "relay.example.net");
	await records.look();
	expect(drift()).toContain("example.org MX, _dmarc.example.org TXT of example.org");
	expect(desec.rrsets("example.org").some(({ type }) => type === "MX")).toBe(false);
	await apply();
	expect(desec.rrsets("example.org").some(({ type }) => type === "MX")).toBe(true);
	expect(drift()).not.toContain("MX");
});

test("what deSEC takes and does not publish counts as made, and is handed on to be published", async () => {
	records.stop();
	visible = async () => Promise.reject(new Error("ns1.desec.test"));
	records = await started();
	records.checkin.heardOwn?.(relayTruth, "relay.example.net");
	desec.faults.set({ kind: "unpublished" });
	await apply();
	expect(desec.rrsets("example.org").some(({ type }) => type === "MX")).toBe(true);
	expect(desec.public("example.org").some(({ type }) => type === "MX")).toBe(false);
	expect(behind).toContain("example.org MX");
	expect((await plan()).changes).toEqual([]);
});

test("a relay of an earlier version, or one that says nonsense, leaves its records out of the plan", async () => {
	records.stop();
	records = await started();
	for (const said of [
		undefined,
		null,
		"relay",
		{ name: "192.0.2.1" },
		{ name: "a b", addresses: [], forward: [] },
	])
		records.checkin.heardOwn?.(said, "relay.example.net");
	records.checkin.heardOwn?.(relayTruth, "another.example.net");
	const { leftOut, changes } = await plan();
	expect(leftOut).toContainEqual(expect.objectContaining({ kind: "MX", unknown: true }));
	expect(changes.map(({ type }) => type)).not.toContain("MX");
});

test("a command of another version is refused, and nothing is written", async () => {
	for (const argument of ["{}", "nonsense", '{"take":[],"undo":false,"agreed":{"example.org":"yes"}}'])
		await expect(records.commands["dns-apply"]!(argument)).rejects.toThrow("of another version");
	expect(desec.rrsets("example.org")).toEqual([]);
});

test("before the daemon has spoken to deSEC, the command says so", async () => {
	provider = undefined;
	await expect(plan()).rejects.toThrow("has not spoken to deSEC yet");
});

test("the relay is asked whether it sees what was applied, and what it does not see is told", async () => {
	const asked: unknown[] = [];
	records.checkin.subscribe?.((after) => asked.push(after));
	await apply();
	expect(asked).toEqual([undefined]);
	const { watch } = records.checkin.own!() as { watch: { id: string; zone: string; wanted: object[] } };
	expect(watch.zone).toBe("example.org");
	expect(watch.wanted).toContainEqual({
		name: "example.org",
		type: "MX",
		records: ["10 relay.example.net."],
	});
	// It is still looking.
	records.checkin.heardOwn?.(relayTruth, "relay.example.net");
	expect(asked).toHaveLength(2);
	const seen = { id: watch.id, missing: "ns2.desec.test" };
	records.checkin.heardOwn?.({ ...relayTruth, seen }, "relay.example.net");
	const told = () => health.list().find(({ code }) => code === "dns.not_visible")?.text;
	expect(told()).toContain("ns2.desec.test did not answer it within a minute");
	// It looks again, until it sees them.
	const again = records.checkin.own!() as { watch: { id: string } };
	expect(again.watch.id).not.toBe(watch.id);
	records.checkin.heardOwn?.(
		{ ...relayTruth, seen: { id: again.watch.id, missing: "" } },
		"relay.example.net",
	);
	expect(told()).toBeUndefined();
	expect(records.checkin.own!()).toEqual({ version: 1 });
});

test("the files for mail programs are given for the mail domains, and for no other", async () => {
	for (const [command, part] of [
		["dns-autoconfig", "<clientConfig"],
		["dns-autodiscover", "<Autodiscover"],
	] as const) {
		expect(JSON.parse(await records.commands[command]!("example.org")), command).toContain(part);
		await expect(records.commands[command]!("example.com")).rejects.toThrow(
			"example.com is none of the mail domains: example.org",
		);
	}
});
