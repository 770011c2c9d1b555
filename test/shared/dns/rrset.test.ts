import { expect, test } from "vitest";
import { nameOf, sameRecords, subnameOf } from "../../../shared/dns/rrset.ts";

test("addresses are compared by value, in any order", () => {
	expect(sameRecords("AAAA", ["2001:DB8:0::7", "::1"], ["::1", "2001:db8::7"])).toBe(true);
	expect(sameRecords("A", ["198.51.100.7"], ["198.51.100.8"])).toBe(false);
	expect(sameRecords("A", ["198.51.100.7", "198.51.100.8"], ["198.51.100.7"])).toBe(false);
});

test("what is no address is only equal to itself", () => {
	expect(sameRecords("A", ["rubbish"], ["rubbish"])).toBe(true);
	expect(sameRecords("A", ["rubbish"], ["198.51.100.7"])).toBe(false);
});

test("a type without a form of its own ignores only spaces", () => {
	expect(sameRecords("MX", ["10  mx.example.org."], ["10 mx.example.org."])).toBe(true);
	expect(sameRecords("MX", ["10 mx.example.org."], ["20 mx.example.org."])).toBe(false);
});

test("a name is split at its zone, the zone itself being the empty subname", () => {
	expect(subnameOf("Mail.Example.org.", "example.org")).toBe("mail");
	expect(subnameOf("example.org", "example.org")).toBe("");
	expect(() => subnameOf("mail.notexample.org", "example.org")).toThrow("not in the zone");
	expect([nameOf("", "example.org"), nameOf("a.b", "example.org")]).toEqual([
		"example.org",
		"a.b.example.org",
	]);
});
