import { expect, test } from "vitest";
import { checkinAnswerSchema, checkinSchema } from "../../../shared/protocol/checkin.ts";
import { random } from "../random.ts";

// The least that version 1 sent; every later reader has to take it.
const first = { version: "0.1.0", addresses: {}, conditions: [] };
const firstAnswer = { version: "0.1.0", home: "anna", domains: [], notices: [] };

test("the first version's check-in and answer are taken, and what a later one adds is dropped", () => {
	expect(checkinSchema.parse({ ...first, later: 1 })).toEqual(first);
	expect(checkinAnswerSchema.parse({ ...firstAnswer, later: { a: [] } })).toEqual(firstAnswer);
});

test("mail that waits at home is told with a number and a moment, and anything else is as if nothing were told", () => {
	const waiting = { mails: 2, oldest: "2026-01-01T12:00:00.000Z" };
	expect(checkinSchema.parse({ ...first, waiting })).toEqual({ ...first, waiting });
	for (const wrong of [{ mails: 0, oldest: waiting.oldest }, { mails: 1, oldest: "once" }, 7])
		expect(checkinSchema.parse({ ...first, waiting: wrong }).waiting).toBeUndefined();
});

test("addresses come out in their canonical form", () => {
	const read = checkinSchema.parse({ ...first, addresses: { ipv4: "198.51.100.7", ipv6: "2001:DB8:0::7" } });
	expect(read.addresses).toEqual({ ipv4: "198.51.100.7", ipv6: "2001:db8::7" });
});

test.each([
	{ ...first, version: undefined },
	{ ...first, version: 1 },
	{ ...first, version: "x".repeat(301) },
	{ ...first, addresses: { ipv4: "here" } },
	{ ...first, addresses: { ipv4: "2001:db8::1" } },
	{ ...first, addresses: { ipv6: "198.51.100.7" } },
	{ ...first, addresses: undefined },
	{ ...first, domains: Array(10_001).fill("a") },
	{ ...first, conditions: "none" },
	{ ...first, conditions: [{}] },
	null,
	[],
	"",
])("check-in number %# is none", (value) => {
	expect(checkinSchema.safeParse(value).success).toBe(false);
});

test.each([
	{ ...firstAnswer, home: undefined },
	{ ...firstAnswer, domains: [1] },
	{ ...firstAnswer, destination: { address: "x", port: 25 } },
	{ ...firstAnswer, notices: Array(101).fill({ code: "a", text: "b", remedy: "c", since: "d" }) },
	{ ...firstAnswer, notices: [{ code: "a" }] },
])("answer number %# is none", (value) => {
	expect(checkinAnswerSchema.safeParse(value).success).toBe(false);
});

test("100,000 random and damaged check-ins are read or refused, and never throw", () => {
	const chance = random();
	const originals = [
		JSON.stringify({
			...first,
			addresses: { ipv4: "198.51.100.7", ipv6: "2001:db8::7" },
			conditions: ["a.b"],
		}),
		JSON.stringify({
			...firstAnswer,
			domains: ["example.org"],
			destination: { address: "10.86.0.2", port: 25 },
		}),
	];
	const pieces = [
		"null",
		"[]",
		"{}",
		'"',
		"1e999",
		"\\u0000",
		"-1",
		"true",
		'"__proto__"',
		":",
		",",
		"ü",
		"\ud800",
	];
	let read = 0;
	for (let round = 0; round < 100_000; round++) {
		let text = originals[round % 2]!;
		for (let damage = chance.below(3); damage > 0; damage--) {
			const at = chance.below(text.length);
			text = text.slice(0, at) + pieces[chance.below(pieces.length)] + text.slice(at + chance.below(12));
		}
		let value: unknown;
		try {
			value = JSON.parse(text);
		} catch {
			continue;
		}
		read +=
			Number(checkinSchema.safeParse(value).success) + Number(checkinAnswerSchema.safeParse(value).success);
	}
	expect(read).toBeGreaterThan(10_000);
}, 120_000);
