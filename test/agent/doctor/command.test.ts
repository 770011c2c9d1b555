import { afterEach, beforeEach, expect, test } from "vitest";
import { doctorCommand } from "../../../agent/doctor/command.ts";
import { type World, world } from "./world.ts";

let there: World;
let printed: string;
beforeEach(async () => {
	there = await world();
	printed = "";
	there.deps.out = {
		write(text) {
			printed += text;
		},
	};
});
afterEach(() => there.end());

const run = (json = false, asked = { told: JSON.stringify(there.told) } as World["beforehand"]["asked"]) =>
	doctorCommand({ ...there.beforehand, asked }, json, there.deps);

test("the doctor ends with 0 when all is well, 1 with something to do, 2 when mail is at risk", async () => {
	expect(await run()).toBe(0);
	expect(printed).toMatch(/^well {7}example\.org MX: 10 relay\.example\.net\. {2}\[mx_well\]$/m);
	there.records.set("example.org TXT", ['"v=spf1 mx ~all ip4:192.0.2.9 ~all"']);
	expect(await run()).toBe(1);
	there.records.delete("example.org MX");
	printed = "";
	expect(await run()).toBe(2);
	expect(printed).toMatch(
		/^RISK {7}example\.org MX: there is no MX record {2}\[mx_missing\]\n {4}wanted: 10 relay\.example\.net\.\n {4}whose turn: you, at home\n {4}heimweg dns apply\n {4}see RFC 5321, 5\.1$/m,
	);
});

test("scripts get all findings, the status and the time that it took", async () => {
	expect(await run(true)).toBe(0);
	expect(JSON.parse(printed)).toMatchObject({
		...{ version: 1, at: expect.any(String), took: expect.any(Number), status: 0 },
		findings: expect.arrayContaining([expect.objectContaining({ code: "mx_well", severity: "well" })]),
	});
});

test("without the daemon what only it knows is not known, and what everybody sees is looked at", async () => {
	const asked = { why: "the daemon does not run", remedy: 'run "systemctl start heimweg"' };
	expect(await run(true, asked)).toBe(0);
	const codes = JSON.parse(printed).findings.map(
		({ code, severity }: { code: string; severity: string }) => `${code} ${severity}`,
	);
	expect(codes).toEqual(
		expect.arrayContaining(
			["daemon_not_asked", "mx_not_known", "dkim_not_known"].map((one) => `${one} not_known`),
		),
	);
	expect(codes.join()).not.toContain("mx_well");
});

test("without the relay's word a wrong MX is wrong all the same", async () => {
	const asked = { why: "the daemon does not run" };
	const codes = async () => {
		printed = "";
		await run(true, asked);
		return JSON.parse(printed).findings.map(({ code }: { code: string }) => code);
	};
	there.records.set("example.org MX", ["10 192.0.2.10."]);
	expect(await codes()).toContain("mx_names_address");
	there.records.delete("example.org MX");
	expect(await codes()).toContain("mx_missing");
});

test("a resolver that says something else than the zone's servers is told of, and raises no alarm", async () => {
	there.dns.answersFor = (recursive) => {
		if (!recursive) return there.records;
		const lying = new Map(there.records);
		lying.set("example.org MX", ["10 elsewhere.example.net."]);
		return lying;
	};
	expect(await run(true)).toBe(0);
	expect(JSON.parse(printed).findings).toContainEqual(
		expect.objectContaining({ code: "resolver_differs", severity: "not_known" }),
	);
});

test("whoever may not read the configuration names the domain, and gets the records to set", async () => {
	there.beforehand = { ...there.beforehand, config: undefined, domains: ["example.org"] };
	there.records.delete("example.org MX");
	expect(await run(true)).toBe(2);
	expect(JSON.parse(printed).findings).toContainEqual(
		expect.objectContaining({ code: "mx_missing", line: "example.org. IN MX 10 relay.example.net." }),
	);
	// It may be any machine: its Postfix and its token are not asked after.
	expect(
		JSON.parse(printed)
			.findings.map(({ code }: { code: string }) => code)
			.join(),
	).not.toMatch(/required_address|token/);
});
