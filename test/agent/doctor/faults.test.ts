import { afterEach, beforeEach, expect, test } from "vitest";
import { alarms, statusOf } from "../../../shared/doctor/finding.ts";
import { recordFaults } from "./faults.ts";
import { homeFaults } from "./home-faults.ts";
import { type World, world } from "./world.ts";

let there: World;
beforeEach(async () => {
	there = await world();
});
afterEach(() => there.end());

test("a right domain raises no alarm, and all of it is known", async () => {
	const findings = await there.findings();
	expect(findings.filter(({ severity }) => severity !== "well")).toEqual([]);
	expect(statusOf(findings)).toBe(0);
});

test("40 faults and more are planted, each with words of its own", () => {
	const all = [...recordFaults, ...homeFaults];
	expect(all.length).toBeGreaterThanOrEqual(40);
	expect(new Set(all.map(({ what }) => what)).size).toBe(all.length);
});

for (const { what, plant, code, severity, turn, line } of [...recordFaults, ...homeFaults]) {
	test(`the doctor names ${what}, whose turn it is, and the line that mends it`, async () => {
		plant(there);
		const findings = await there.findings();
		const found = findings.find((one) => one.code === code);
		expect(
			found,
			findings
				.filter(alarms)
				.map((one) => one.code)
				.join(),
		).toMatchObject({ severity, turn });
		expect(found!.line).toEqual(typeof line === "string" ? line : expect.stringMatching(line));
		expect(found!.source).toBeTruthy();
	});
}
