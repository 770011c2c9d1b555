import { afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { relayDoctor } from "../../../relay-side/doctor/command.ts";
import { statusOf } from "../../../shared/doctor/finding.ts";
import { type Certificates, certificates, name, reverse4, reverse6, type World, world } from "./world.ts";

let made: Certificates;
let there: World;
beforeAll(async () => {
	made = await certificates();
});
beforeEach(async () => {
	there = await world(made);
});
afterEach(() => there.end());

/** What is not well, code and how it stands. */
const notWell = async () => {
	const findings = await there.findings();
	expect(statusOf(findings)).toBe(0);
	return findings
		.filter(({ severity }) => severity !== "well")
		.map(({ code, severity }) => `${code} ${severity}`);
};

test("a list that refuses the resolver says nothing of the relay, and why is told", async () => {
	for (const refusal of ["127.255.255.252", "127.255.255.254", "127.255.255.255"]) {
		for (const entry of ["2.0.0.127", "10.2.0.192"])
			there.records.set(`${entry}.zen.spamhaus.org A`, [refusal]);
		expect(await notWell()).toEqual(["lists_not_known not_known"]);
	}
	const [finding] = (await there.findings()).filter(({ code }) => code === "lists_not_known");
	expect(finding).toMatchObject({
		found: "zen.spamhaus.org does not answer this resolver (127.255.255.255): it asks too much",
		line: expect.stringMatching(/^apt install unbound .* >\/etc\/resolv\.conf/),
	});
});

test("a list that does not even know its own entry says nothing", async () => {
	there.records.delete("2.0.0.127.zen.spamhaus.org A");
	expect(await notWell()).toEqual(["lists_not_known not_known"]);
});

test("no TLSA is well, and one without a key to hold it against is not known", async () => {
	there.records.delete(`_25._tcp.${name} TLSA`);
	expect(await notWell()).toEqual([]);
	there.records.set(`_25._tcp.${name} TLSA`, [`3 1 1 ${made.hash}`]);
	there.closed = { "192.0.2.10": "refused" };
	const found = (await there.findings()).find(({ code }) => code === "tlsa_key_not_seen");
	expect(found?.severity).toBe("not_known");
});

test("where there is no way to others, or no name leads there, outgoing mail is not known", async () => {
	there.outward = undefined;
	expect(await notWell()).toEqual(["outgoing_not_known not_known"]);
	there.outward = false;
	for (const domain of ["gmail.com", "outlook.com"]) there.records.delete(`${domain} MX`);
	expect(await notWell()).toEqual(["outgoing_not_known not_known"]);
});

test("who sends all by another server needs no port 25 outward", async () => {
	there.outward = false;
	there.postfix.relayhost = "[smtp.hoster.test]:587";
	expect(await notWell()).toEqual([]);
});

test("behind a hoster's NAT the addresses of its name are the relay's", async () => {
	there.addresses = [];
	expect(await notWell()).toEqual([]);
});

test("an address for each home is not asked of the relay's name", async () => {
	there.addresses.push("2001:db8::11", "192.0.2.11");
	expect(await notWell()).toEqual([]);
});

test("an answer that is no answer for good leaves required addresses unknown", async () => {
	there.smtp.recipient = () => "451 4.3.0 try again";
	expect(await notWell()).toEqual([
		"required_address_not_known not_known",
		"required_address_not_known not_known",
	]);
});

test("name servers that do not answer leave it unknown, and alarm nobody", async () => {
	there.dns.misbehave = () => "REFUSED";
	const all = await notWell();
	expect(all.join()).toContain("relay_name_not_known");
	expect(all.join()).toContain("reverse_not_known");
});

test("the relay's doctor never sends a mail", async () => {
	await there.findings();
	expect(there.smtp.heard.filter((line) => line.startsWith("DATA"))).toEqual([]);
});

test("the relay's doctor ends with 0 when all is well, 1 with something to do, 2 when mail is at risk", async () => {
	let printed = "";
	there.deps.out = {
		write(text) {
			printed += text;
		},
	};
	const run = (json = false) =>
		relayDoctor({ ...there.beforehand, asked: { told: JSON.stringify(there.told) } }, json, there.deps);
	expect(await run()).toBe(0);
	expect(printed).toMatch(/^well {7}192\.0\.2\.10: relay\.example\.net {2}\[reverse_well\]$/m);
	there.records.delete(`${name} TXT`);
	expect(await run()).toBe(1);
	there.smtp.tls = undefined;
	printed = "";
	expect(await run(true)).toBe(2);
	expect(JSON.parse(printed)).toMatchObject({
		...{ version: 1, at: expect.any(String), took: expect.any(Number), status: 2 },
		findings: expect.arrayContaining([expect.objectContaining({ code: "starttls_missing" })]),
	});
});

test("without the daemon what only it knows is not known, and what everybody sees is looked at", async () => {
	let printed = "";
	there.deps.out = {
		write(text) {
			printed += text;
		},
	};
	const asked = { why: "the daemon does not run", remedy: 'run "systemctl start heimweg-relay"' };
	expect(await relayDoctor({ ...there.beforehand, asked }, true, there.deps)).toBe(0);
	const codes = JSON.parse(printed).findings.map(({ code }: { code: string }) => code);
	expect(codes).toEqual(expect.arrayContaining(["daemon_not_asked", "port25_well", "reverse_well"]));
});

test("what a reverse name says is put into a line for the shell only when it is a name", async () => {
	there.postfix.myhostname = "vps1234";
	for (const reverse of [reverse4, reverse6]) there.records.set(`${reverse} PTR`, ["$(reboot).example.net."]);
	const found = (await there.findings()).find(({ code }) => code === "relay_name_not_complete");
	expect(found).toMatchObject({ severity: "risk" });
	expect(found!.line).toBeUndefined();
});
