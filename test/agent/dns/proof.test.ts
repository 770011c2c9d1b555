import { expect, test } from "vitest";
import { recordsProof } from "../../../agent/dns/proof.ts";
import type { RecordsState } from "../../../agent/dns/records.ts";
import { parseAddress } from "../../../shared/address.ts";
import { headlineOf } from "../../../shared/proof.ts";

const known: RecordsState = {
	inSync: true,
	records: [{ name: "mail.example.org", type: "A", records: ["198.51.100.7"] }],
	comparedAt: "2030-01-01T12:03:00Z",
	seenAt: "2030-01-01T12:04:00Z",
	unseen: [],
};
const verdict = (changes: Partial<RecordsState>, failure?: string, refuted: string[] = []) =>
	headlineOf([{ records: recordsProof({ ...known, ...changes }, failure, refuted.map(parseAddress)) }])
		.records;

test("the records are true when deSEC was compared, and it is said when, and when they were seen", () => {
	expect(verdict({})).toMatchObject({ verdict: "yes" });
	expect(verdict({})?.because.join()).toMatch(
		/compared with deSEC at .*12:03 UTC.*answered them at .*12:04 UTC/,
	);
});

test("what deSEC does not tell, or its servers do not answer yet, is not known", () => {
	expect(verdict({ inSync: false }, "the records at deSEC cannot be kept true")).toEqual({
		verdict: "not known",
		because: ["the records at deSEC cannot be kept true"],
	});
	expect(verdict({ comparedAt: undefined })?.verdict).toBe("not known");
	expect(verdict({ unseen: ["mail.example.org A"] })?.because[0]).toContain(
		"do not answer mail.example.org A",
	);
});

test("a published address that does not lead here is no true record, nor is none at all", () => {
	expect(verdict({}, undefined, ["198.51.100.7"])).toMatchObject({ verdict: "no" });
	expect(verdict({}, undefined, ["198.51.100.8"])).toMatchObject({ verdict: "yes" });
	expect(verdict({ records: [] })).toMatchObject({ verdict: "no" });
});
