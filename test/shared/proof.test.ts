import { expect, test } from "vitest";
import { statusText } from "../../shared/program-status.ts";
import {
	directions,
	headlineOf,
	isProven,
	mayFlow,
	momentText,
	type Proofs,
	type Verdict,
	verdictOf,
	verdicts,
} from "../../shared/proof.ts";
import { proofsBy, sentProofs, sentProofsSchema } from "../../shared/protocol/proof.ts";
import { random } from "./random.ts";

const proof = (verdict: Verdict, because: string) => ({ verdict, because });

test("one no is a no, one that is not known leaves it not known, and only yes everywhere is a yes", () => {
	const yes = proof("yes", "a pulse was answered");
	const no = proof("no", "Postfix refuses it");
	const open = proof("not known", "no check-in yet");
	expect(headlineOf([{ incoming: yes }, { incoming: [open, no] }]).incoming).toEqual({
		verdict: "no",
		because: ["Postfix refuses it"],
	});
	expect(headlineOf([{ incoming: yes }, { incoming: open }, {}]).incoming).toEqual({
		verdict: "not known",
		because: ["no check-in yet", "a pulse was answered"],
	});
	expect(headlineOf([{ incoming: yes }, { incoming: yes }])).toEqual({
		incoming: { verdict: "yes", because: ["a pulse was answered"] },
	});
});

test("what stops mail is a no for mail in both directions, and says nothing of the records", () => {
	const headline = headlineOf([{ incoming: proof("yes", "a pulse") }], ["Postfix does not run"]);
	expect(headline).toEqual({
		incoming: { verdict: "no", because: ["Postfix does not run"] },
		outgoing: { verdict: "no", because: ["Postfix does not run"] },
	});
	expect([isProven(headline), mayFlow(headline)]).toEqual([false, false]);
	expect(mayFlow(headlineOf([{ records: proof("no", "deSEC has another") }]))).toBe(true);
});

test.each([
	[{ incoming: "yes", outgoing: "yes" }, true, "mail can flow", "Nothing is wrong."],
	[{ incoming: "no", outgoing: "no" }, false, "mail cannot flow", "not everything was seen"],
	[{ incoming: "no", outgoing: "yes" }, false, "mail does not come in", "not everything was seen"],
	[{ incoming: "yes", outgoing: "no" }, false, "mail does not go out", "not everything was seen"],
	[
		{ incoming: "not known", outgoing: "yes" },
		true,
		"not known whether mail flows",
		"not everything was seen",
	],
	[{ incoming: "yes", records: "not known" }, true, "mail can flow", "not everything was seen"],
] as const)("people read first what is seen: %o", (verdicts, mailFlows, first, last) => {
	const proofs = Object.entries(verdicts).map(([direction, verdict]) => ({
		[direction]: proof(verdict as Verdict, `the proof of ${direction}`),
	}));
	const headline = headlineOf(proofs);
	const text = statusText(
		{ name: "heimweg", parts: [] },
		{ version: "1", mailFlows, headline, conditions: [] },
	);
	expect(text.split("\n")[0]).toContain(first);
	expect(text).toContain(last);
	expect(text).toMatch(new RegExp(`^incoming +${verdicts.incoming} \\(the proof of incoming\\)$`, "m"));
});

test("proofs cross the tunnel bounded and without what a terminal obeys, as the other side's words", () => {
	const sent = sentProofs([
		{ incoming: proof("yes", "a".repeat(500)), records: proof("no", "\u001b[2Jgone") },
	]);
	expect(sent[0]?.because).toHaveLength(200);
	const read = sentProofsSchema.parse([...sent, { direction: "sideways", verdict: "yes", because: "" }, 7]);
	expect(proofsBy("home", read).records).toEqual([proof("no", "the home says: ?[2Jgone")]);
	expect(sentProofs(Array(100).fill({ incoming: proof("yes", "again") }))).toHaveLength(30);
});

test("a moment is named by its time, and with its date when that is another day", () => {
	const now = new Date("2030-01-02T13:00:00Z");
	expect(momentText(new Date("2030-01-02T12:03:59Z"), now)).toBe("12:03 UTC");
	expect(momentText(new Date("2030-01-01T23:59:00Z"), now)).toBe("2030-01-01 23:59 UTC");
});

test("the verdict alone is the one that the headline has", () => {
	const { below } = random(3);
	const proof = () => ({ verdict: verdicts[below(3)]!, because: "seen" });
	const proofs = (): Proofs => ({
		incoming: below(3) ? proof() : undefined,
		outgoing: Array.from({ length: below(4) }, proof),
		...(below(2) ? { records: proof() } : {}),
	});
	for (let round = 0; round < 300; round++) {
		const all = Array.from({ length: below(5) }, proofs);
		for (const direction of directions)
			expect(verdictOf(all, direction)).toBe(headlineOf(all)[direction]?.verdict);
	}
});
