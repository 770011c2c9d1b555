import { expect, test } from "vitest";
import { senderRefused } from "../../../relay-side/policy/conditions.ts";
import { createRefusals } from "../../../relay-side/policy/refusals.ts";
import { silentHealth } from "../../shared/silent.ts";
import { homeOf } from "../homes/examples.ts";

const day = 24 * 3_600_000;
const anna = homeOf("anna", 2);
const homes = (home = anna) => new Map([[home.id, home]]);

function stage() {
	const clock = { now: 1_000 };
	const health = silentHealth();
	const refusals = createRefusals(health, () => clock.now);
	return { clock, health, refusals, text: () => health.list()[0]?.text };
}

test("a refusal is a condition of the home that names sender and remedy", () => {
	const { health, refusals } = stage();
	refusals.refused("anna", "x@other.example");
	const [condition] = health.list();
	expect(condition).toMatchObject({ code: senderRefused.code, subject: "anna" });
	expect(condition?.text).toContain("<x@other.example>");
	expect(condition?.remedy).toContain("homes.d/anna.toml");
	expect(condition?.remedy).toContain('senders = "any"');
});

test("a flood of refused senders names three of them and grows no further", () => {
	const { refusals, text } = stage();
	for (let i = 0; i < 4; i += 1) refusals.refused("anna", `x${i}@other.example`);
	const after = text();
	for (let i = 0; i < 1_000; i += 1) refusals.refused("anna", `y${i}@other.example`);
	expect(text()).toBe(after);
	expect(after).toContain("<x0@other.example>, <x1@other.example>, <x2@other.example> and others");
});

test("it is over a day after the last refusal", () => {
	const { clock, health, refusals } = stage();
	refusals.refused("anna", "x@other.example");
	clock.now += day - 1;
	refusals.refused("anna", "x@other.example");
	clock.now += day - 1;
	refusals.review(homes());
	expect(health.list()).toHaveLength(1);
	clock.now += 1;
	refusals.review(homes());
	expect(health.list()).toEqual([]);
});

test.each([
	["the home may send with any sender", homes({ ...anna, senders: "any" })],
	["the sender's domain became the home's", homes({ ...anna, domains: ["anna.example", "other.example"] })],
	["the home is no longer served", new Map()],
])("it is over as soon as %s", (_, now) => {
	const { health, refusals } = stage();
	refusals.refused("anna", "x@Other.example");
	refusals.review(homes());
	expect(health.list()).toHaveLength(1);
	refusals.review(now);
	expect(health.list()).toEqual([]);
});
