import { afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { alarms, statusOf } from "../../../shared/doctor/finding.ts";
import { plantedFaults } from "./faults.ts";
import { type Certificates, certificates, type World, world } from "./world.ts";

let made: Certificates;
let there: World;
beforeAll(async () => {
	made = await certificates();
});
beforeEach(async () => {
	there = await world(made);
});
afterEach(() => there.end());

test("a right relay raises no alarm, and all of it is known", async () => {
	const findings = await there.findings();
	expect(findings.filter(({ severity }) => severity !== "well")).toEqual([]);
	expect(statusOf(findings)).toBe(0);
	expect(findings.map(({ code }) => code)).toEqual([
		...["relay_name_well", "relay_spf_well", "reverse_well", "reverse_well", "greeting_well"],
		...["port25_well", "port25_well", "certificate_well", "tlsa_well", "dnssec_well", "outgoing_well"],
		...["lists_well", "lists_well", "lists_well", "required_addresses_well"],
		...["clock_well", "disk_well"],
	]);
});

for (const { what, plant, code, severity, turn, line } of plantedFaults) {
	test(`the relay's doctor names ${what}`, async () => {
		plant(there);
		const findings = await there.findings();
		const wrong = findings.filter(alarms);
		const found = wrong.find((one) => one.code === code);
		expect(found, wrong.map((one) => `${one.code} ${one.subject}: ${one.found}`).join("; ")).toMatchObject({
			severity,
			turn,
		});
		expect(found!.line).toEqual(typeof line === "string" ? line : expect.stringMatching(line));
		if (!code.startsWith("postfix_")) expect(found!.source).toBeTruthy();
	});
}
