import { expect, test } from "vitest";
import { parseAddress } from "../../../../shared/address.ts";
import { addressRRsets } from "../../../../shared/dns/wanted/address.ts";

const four = parseAddress("198.51.100.7");
const six = parseAddress("2001:db8::7");

test("each name gets an A and an AAAA with the address of its family", () => {
	expect(addressRRsets(["a.example.org", "example.org"], ["A", "AAAA"], { 4: four, 6: six })).toEqual([
		{ name: "a.example.org", type: "A", records: [four] },
		{ name: "a.example.org", type: "AAAA", records: [six] },
		{ name: "example.org", type: "A", records: [four] },
		{ name: "example.org", type: "AAAA", records: [six] },
	]);
});

test("a family that is gone is wanted empty, and of an unknown one nothing is wanted", () => {
	expect(addressRRsets(["example.org"], ["A", "AAAA"], { 4: undefined, 6: "gone" })).toEqual([
		{ name: "example.org", type: "AAAA", records: [] },
	]);
});

test("a type that is not to be published is left alone, gone or not", () => {
	expect(addressRRsets(["example.org"], ["A"], { 4: four, 6: "gone" })).toEqual([
		{ name: "example.org", type: "A", records: [four] },
	]);
});
