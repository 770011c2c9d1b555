import { expect, test } from "vitest";
import { canonicalRecord } from "./rrset.ts";

test.each([
	["A", "198.51.100.7", "198.51.100.7"],
	["AAAA", "2001:DB8:0:0::7", "2001:db8::7"],
	["AAAA", "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
	["AAAA", "1:0:0:2:0:0:0:3", "1:0:0:2::3"],
	["AAAA", "::ffff:127.0.0.1", "::ffff:7f00:1"],
	["MX", "010  mx.Example.org.", "10 mx.Example.org."],
	["TXT", '"v=spf1"   "-all"', '"v=spf1" "-all"'],
	["TXT", `"${"x".repeat(300)}"`, `"${"x".repeat(255)}" "${"x".repeat(45)}"`],
	["TXT", '"gr\u00fcn"', '"gr\\195\\188n"'],
	["TXT", '"v=DKIM1\\; p=a\\"b\\\\c\\009"', '"v=DKIM1; p=a\\"b\\\\c\\009"'],
	["TLSA", "3 1 1 AB CD", "3 1 1 abcd"],
])("%s %s is kept as %s", (type, given, kept) => {
	expect(canonicalRecord(type, given)).toBe(kept);
});

test.each([
	["A", "198.51.100.07"],
	["A", "198.51.100"],
	["AAAA", "fe80::1%eth0"],
	["CNAME", "example.net"],
	["TXT", "v=spf1"],
])("%s %s is refused", (type, given) => {
	expect(() => canonicalRecord(type, given)).toThrow();
});
