import { describe, expect, it } from "vitest";
import { allFaults } from "./chaos.ts";
import { makePlan, type PlanOptions } from "./plan.ts";

const plan = (changes: Partial<PlanOptions> = {}) =>
	makePlan({ mails: 2_000, faults: 60, seed: 1, kinds: allFaults, mailboxes: ["anna", "bert"], ...changes });

describe("the plan of a chaos run", () => {
	it("is the same for the same seed, and another for another", () => {
		expect(plan()).toEqual(plan());
		expect(plan({ seed: 2 }).faults.map(({ fault }) => fault.name)).not.toEqual(
			plan().faults.map(({ fault }) => fault.name),
		);
	});

	it("has as many mails and faults as were asked for, in their order and within its length", () => {
		const { mails, faults, length } = plan();
		expect([mails.length, faults.length]).toEqual([2_000, 60]);
		for (const list of [mails, faults]) {
			const times = list.map(({ at }) => at);
			expect(times).toEqual(times.toSorted((a, b) => a - b));
			expect(Math.min(...times)).toBeGreaterThanOrEqual(0);
			expect(Math.max(...times)).toBeLessThan(length);
		}
	});

	it("sends mail both ways and to every mailbox", () => {
		const seen = new Set(plan().mails.map(({ way, mailbox }) => `${way} ${mailbox}`));
		expect([...seen].sort()).toEqual(["in anna", "in bert", "out anna", "out bert"]);
	});

	it("has every kind of fault once before any comes again", () => {
		const names = plan({ faults: allFaults.length }).faults.map(({ fault }) => fault.name);
		expect(new Set(names).size).toBe(allFaults.length);
	});

	it("leaves out what may last longer than wished, and lets nothing last longer than its kind does", () => {
		for (const { fault, lasts } of plan({ longest: 15 }).faults) {
			expect(fault.lasts?.[1] ?? 0).toBeLessThanOrEqual(15);
			expect(lasts).toBeGreaterThanOrEqual((fault.lasts?.[0] ?? 0) * 1_000);
			expect(lasts).toBeLessThanOrEqual((fault.lasts?.[1] ?? 0) * 1_000);
		}
	});
});

it("a fault that lasts is one that can be undone, and no two have the same name", () => {
	for (const { name, lasts, end } of allFaults) expect(Boolean(end), name).toBe(lasts !== undefined);
	expect(new Set(allFaults.map(({ name }) => name)).size).toBe(allFaults.length);
});
