import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { z } from "zod";
import { dnsShape } from "../../../relay-side/dns/config.ts";
import { createOwnZone, type OwnZone } from "../../../relay-side/dns/own-zone.ts";
import type { ShownApply, ShownPlan, ShownPolicies } from "../../../shared/dns/zones/protocol.ts";
import { Health } from "../../../shared/health.ts";
import type { DnsAnswer } from "../../../shared/protocol/dns.ts";
import { savedState } from "../../../shared/saved-state.ts";
import { logLines } from "../../agent/log-lines.ts";
import { TOKEN } from "../../desec/asking.ts";
import { type StandIn, startStandIn } from "../../desec/stand-in.ts";

const known: DnsAnswer = {
	name: "relay.example.net",
	addresses: ["203.0.113.10", "2001:db8:1::10"] as DnsAnswer["addresses"],
	forward: [],
};
let folder: string;
let desec: StandIn;
let health: Health;
let said: DnsAnswer | undefined;
let zone: OwnZone;
let lines: string[];

async function started(config: { token_file?: string } = { token_file: join(folder, "desec.token") }) {
	const logged = logLines();
	lines = logged.lines;
	health = new Health(logged.log);
	const context = {
		...{ health, log: logged.log },
		state: <T>(file: string, schema: z.ZodType<T>) =>
			savedState(join(folder, file), schema, { health, log: logged.log }),
	};
	zone = createOwnZone(
		dnsShape.dns.parse({ api: desec.url, ...config }),
		folder,
		context,
		() => said,
		async () => 1,
	);
	await zone.start();
}

beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "heimweg-own-zone-"));
	await writeFile(join(folder, "desec.token"), `${TOKEN}\n`, { mode: 0o640 });
	desec = await startStandIn({ domains: [{ name: "example.net" }], tokens: [{ secret: TOKEN }] });
	said = known;
	await started();
});
afterEach(async () => {
	zone.stop();
	await desec.stop();
	await rm(folder, { recursive: true, force: true });
});

const plan = async (asked: object = {}) =>
	(
		JSON.parse(await zone.commands["dns-plan"]!(JSON.stringify({ take: [], undo: false, ...asked }))) as [
			ShownPlan,
		]
	)[0];

async function apply(asked: object = {}): Promise<ShownApply> {
	const { digest, zone: name } = await plan(asked);
	const order = { take: [], undo: false, ...asked, agreed: { [name]: digest } };
	return (JSON.parse(await zone.commands["dns-apply"]!(JSON.stringify(order))) as [ShownApply])[0];
}

const shown = () =>
	desec
		.rrsets("example.net")
		.map(({ subname, type, records }) => `${subname || "@"} ${type} ${records.join(" | ")}`)
		.sort();
const put = (subname: string, type: string, ...records: string[]) =>
	desec.edit("example.net", { subname, type, ttl: 3600, records });
const drift = () => health.list().find(({ code }) => code === "dns.drift")?.text;

const all = ["relay A 203.0.113.10", "relay AAAA 2001:db8:1::10", 'relay TXT "v=spf1 a -all"'];

test("the relay's own name gets its addresses and the SPF of who bounces by itself, and nothing else", async () => {
	await put("", "NS", "ns1.desec.test.");
	await put("relay", "TXT", '"google-site-verification=abc"');
	expect((await plan()).changes.map(({ name, type, action }) => `${action} ${name} ${type}`)).toEqual([
		"create relay.example.net A",
		"create relay.example.net AAAA",
		"change relay.example.net TXT",
	]);
	expect((await apply()).done).toHaveLength(3);
	expect(shown()).toEqual([
		"@ NS ns1.desec.test.",
		...all.slice(0, 2),
		'relay TXT "google-site-verification=abc" | "v=spf1 a -all"',
	]);
	expect((await plan()).changes).toEqual([]);
	desec.resetThrottle();
	await apply({ undo: true });
	expect(shown()).toEqual(["@ NS ns1.desec.test.", 'relay TXT "google-site-verification=abc"']);
});

test("what is there and not the relay's waits for its owner, who is told the relay's own command", async () => {
	await put("relay", "A", "192.0.2.1");
	const { leftOut } = await plan();
	expect(leftOut).toMatchObject([
		{ type: "A", remedy: "if it may be replaced: heimweg-relay dns apply --take relay.example.net A" },
	]);
	await apply();
	expect(shown()).toContain("relay A 192.0.2.1");
	desec.resetThrottle();
	await apply({ take: [{ name: "relay.example.net", type: "A" }] });
	expect(shown()).toEqual(all);
});

test("of several addresses those that its name has already are right", async () => {
	await put("relay", "A", "203.0.113.10");
	said = { ...known, addresses: [...known.addresses, "203.0.113.11"] as DnsAnswer["addresses"] };
	const { right, changes, leftOut } = await plan();
	expect(right.map(({ type }) => type)).toEqual(["A"]);
	expect(changes.map(({ type }) => type)).toEqual(["AAAA", "TXT"]);
	expect(leftOut).toEqual([]);
});

test("a name that is delegated to other servers gets nothing here, and the delegation stays", async () => {
	await put("relay", "NS", "ns1.example.com.");
	await put("relay", "DS", `1 13 2 ${"ab".repeat(32)}`);
	const before = shown();
	const { changes, leftOut } = await plan();
	expect(changes).toEqual([]);
	expect(leftOut.map(({ why }) => why).join()).toContain("is delegated to other name servers");
	expect(shown()).toEqual(before);
});

test.each([
	["no token", () => started({}), "no token for the zone of this name is configured"],
	[
		"a zone that is not at deSEC",
		async () => {
			said = { ...known, name: "relay.example.com" };
		},
		"no domain of the token's account at deSEC holds this name",
	],
])("with %s the plan is the lines to set elsewhere", async (_, prepare, why) => {
	await prepare();
	const { changes, leftOut } = await plan();
	expect(changes).toEqual([]);
	const name = said!.name;
	expect(leftOut).toEqual([
		{
			...{ kind: "relay", name, why: expect.stringContaining(why) },
			remedy: `set these where its zone is kept, if they are not there: ${name}. IN A 203.0.113.10; ${name}. IN AAAA 2001:db8:1::10; ${name}. IN TXT "v=spf1 a -all"`,
		},
	]);
});

test("without a token nothing can be applied, and it is said what to do", async () => {
	await started({});
	for (const command of ["dns-apply", "dns-export", "dns-policy"]) {
		const argument = command === "dns-apply" ? '{"take":[],"undo":false,"agreed":{}}' : "";
		await expect(zone.commands[command]!(argument), command).rejects.toThrow(
			"no token for the zone of this relay's name is configured",
		);
	}
});

test("while Postfix has not said a full name, nothing is planned", async () => {
	said = undefined;
	await expect(plan()).rejects.toThrow("what Postfix calls this relay is not known");
	await started({});
	await expect(plan()).rejects.toThrow("what Postfix calls this relay is not known");
});

test("by itself the relay mends nothing: what drifts from what was applied is told", async () => {
	await put("relay", "A", "192.0.2.1");
	await zone.look();
	expect(desec.requests).toEqual([]);
	await put("relay", "A");
	await apply();
	await put("relay", "A", "192.0.2.9");
	await zone.look();
	expect(drift()).toContain("relay.example.net A of example.net");
	expect(shown()).toContain("relay A 192.0.2.9");
	await put("relay", "A", "203.0.113.10");
	await zone.look();
	expect(drift()).toBeUndefined();
});

test("what was applied is known after a restart, and a wrong token is told with the unit to restart", async () => {
	await apply();
	zone.stop();
	await started();
	expect((await plan({ undo: true })).changes).toHaveLength(3);
	desec.revokeToken(TOKEN);
	zone.stop();
	await started();
	await expect(plan()).rejects.toMatchObject({
		remedy: expect.stringContaining('run "systemctl restart heimweg-relay"'),
	});
});

test("the policies that are printed are enough for the relay's own records, and for nothing else", async () => {
	const { wanted } = JSON.parse(await zone.commands["dns-policy"]!("")) as ShownPolicies;
	expect(wanted.map(({ domain, subname, type, write }) => [domain, subname, type, write])).toEqual([
		[null, null, null, false],
		["example.net", "relay", "A", true],
		["example.net", "relay", "AAAA", true],
		["example.net", "relay", "TXT", true],
	]);
	desec.revokeToken(TOKEN);
	desec.addToken({ secret: TOKEN, policies: wanted });
	expect((await apply()).done).toHaveLength(3);
});

test("the token is in no file that is written, no log line, and no snapshot is everybody's to read", async () => {
	await apply();
	desec.faults.set({ kind: "status", code: 500, on: "read", times: 5 });
	await plan().catch(() => {});
	for (const name of await readdir(folder, { recursive: true })) {
		const path = join(folder, name);
		const info = await stat(path);
		if (!info.isFile() || name === "desec.token") continue;
		expect(await readFile(path, "utf8"), name).not.toContain(TOKEN);
		expect(info.mode & 0o007, name).toBe(0);
	}
	expect(lines.join("\n")).not.toContain(TOKEN);
});
