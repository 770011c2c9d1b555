import { expect, test } from "vitest";
import { check } from "../../../shared/doctor/check.ts";
import { examine } from "../../../shared/doctor/examine.ts";
import { type Finding, statusOf } from "../../../shared/doctor/finding.ts";
import { findingsText } from "../../../shared/doctor/text.ts";

const finding = (code: string, severity: Finding["severity"]): Finding => ({
	...{ code, severity, subject: "example.org", found: "it is so" },
	...(severity === "well" ? {} : { turn: "home", line: "do it", source: "RFC 1", wanted: "that it is else" }),
});

/** Says one list of findings after the other. */
function saying(...rounds: Finding[][]) {
	const one = check<undefined, undefined, Finding[]>({
		name: "one",
		look: async () => rounds.shift() ?? [],
		judge: (seen) => seen,
	});
	return [{ check: one, known: undefined, subject: "example.org" }];
}
const options = { eyes: () => undefined, betweenTries: 0, lookTime: 50 };

test("what alarms is looked at twice, and counts when it is found twice", async () => {
	const risk = finding("one_wrong", "risk");
	expect(await examine(saying([risk], [risk]), options)).toEqual([risk]);
	expect(await examine(saying([risk], [finding("one_well", "well")]), options)).toEqual([
		finding("one_well", "well"),
	]);
	const [only] = await examine(saying([risk], [finding("one_other", "todo")]), options);
	expect(only).toMatchObject({ code: "one_other", severity: "not_known" });
});

test("what is well is looked at once", async () => {
	const well = finding("one_well", "well");
	const visits = saying([well], [finding("one_wrong", "risk")]);
	expect(await examine(visits, options)).toEqual([well]);
});

test("a check that fails or does not end is not known, and stops no other", async () => {
	const fails = check<undefined, undefined, never>({
		name: "fails",
		look: async () => Promise.reject(new Error("no way")),
		judge: () => [],
	});
	const hangs = check<undefined, undefined, never>({
		name: "hangs",
		look: () => new Promise(() => {}),
		judge: () => [],
	});
	const visits = [
		...[fails, hangs].map((one) => ({ check: one, known: undefined, subject: "example.org" })),
		...saying([finding("one_well", "well")]),
	];
	expect((await examine(visits, options)).map(({ code, severity }) => `${code} ${severity}`)).toEqual([
		"fails_not_looked_at not_known",
		"hangs_not_looked_at not_known",
		"one_well well",
	]);
});

test("the worst comes first, with whose turn it is, the line and its source, and decides the exit status", () => {
	const all = [finding("a_well", "well"), finding("b_todo", "todo"), finding("c_risk", "risk")];
	expect([[], all.slice(0, 1), all.slice(0, 2), all].map(statusOf)).toEqual([0, 0, 1, 2]);
	expect(statusOf([finding("d_not_known", "not_known")])).toBe(0);
	expect(findingsText(all).split("\n")).toEqual([
		"RISK       example.org: it is so  [c_risk]",
		...["    wanted: that it is else", "    whose turn: you, at home", "    do it", "    see RFC 1"],
		"TO DO      example.org: it is so  [b_todo]",
		...["    wanted: that it is else", "    whose turn: you, at home", "    do it", "    see RFC 1"],
		"well       example.org: it is so  [a_well]",
		...["", "1 well, 1 to do, 1 at risk, 0 not known", ""],
	]);
});

test("a line for each of several records stands in a line of its own, and none moves what a terminal shows", () => {
	const line = "a.example. IN A 192.0.2.1\na.example. IN AAAA 2001:db8::1\u001b[2J";
	const printed = findingsText([{ ...finding("a_todo", "todo"), line }]);
	expect(printed).toContain("\n    a.example. IN A 192.0.2.1\n    a.example. IN AAAA 2001:db8::1?[2J\n");
});
