import { expect, test } from "vitest";
import { adoptionGroups, difference } from "../../../../../shared/dns/providers/desec/difference.ts";
import type { RRset } from "../../../../../shared/dns/rrset.ts";

const wanted = (name: string, type: string, ...records: string[]) => ({ name, type, records });
const present = (subname: string, type: string, ttl: number, ...records: string[]): RRset => ({
	subname,
	type,
	ttl,
	records,
});
const nothing = { changes: [], adopt: [] };

test("what is as it should be, in whatever spelling, needs nothing", () => {
	expect(
		difference(
			"example.org",
			[wanted("mail.example.org", "AAAA", "2001:db8::7"), wanted("example.org", "A", "198.51.100.7")],
			[present("mail", "AAAA", 60, "2001:DB8:0:0::7"), present("", "A", 60, "198.51.100.7")],
		),
	).toEqual(nothing);
});

test("another address with our TTL is a change that keeps the TTL, at the apex too", () => {
	expect(
		difference(
			"example.org",
			[wanted("example.org", "A", "198.51.100.8")],
			[present("", "A", 60, "198.51.100.7")],
		),
	).toEqual({ changes: [{ subname: "", type: "A", records: ["198.51.100.8"] }], adopt: [] });
});

test("a second record beside ours is a difference", () => {
	const both = [present("mail", "A", 60, "198.51.100.7", "203.0.113.9")];
	const { changes } = difference("example.org", [wanted("mail.example.org", "A", "198.51.100.7")], both);
	expect(changes).toEqual([{ subname: "mail", type: "A", records: ["198.51.100.7"] }]);
});

test("what is missing, or has another TTL, is adopted", () => {
	expect(
		difference(
			"example.org",
			[wanted("a.example.org", "A", "198.51.100.7"), wanted("b.example.org", "A", "198.51.100.7")],
			[present("b", "A", 3600, "198.51.100.7"), present("a", "AAAA", 60, "2001:db8::1")],
		),
	).toEqual({
		changes: [],
		adopt: [
			{ name: "a.example.org", types: ["A"] },
			{ name: "b.example.org", types: ["A"] },
		],
	});
});

test("what should not be there is removed, whatever its TTL, and only if it is there", () => {
	const gone = [wanted("a.example.org", "AAAA"), wanted("b.example.org", "AAAA")];
	expect(difference("example.org", gone, [present("a", "AAAA", 3600, "2001:db8::1")])).toEqual({
		changes: [{ subname: "a", type: "AAAA", records: [] }],
		adopt: [],
	});
});

test("what nobody asked for is no difference", () => {
	expect(difference("example.org", [], [present("mail", "A", 3600, "203.0.113.1")])).toEqual(nothing);
});

test("names that need the same families share one dynDNS request", () => {
	expect(
		adoptionGroups([
			{ name: "a.example.org", types: ["A", "AAAA"] },
			{ name: "b.example.org", types: ["A"] },
			{ name: "c.example.org", types: ["AAAA", "A"] },
		]),
	).toEqual([
		{ names: ["a.example.org", "c.example.org"], types: ["A", "AAAA"] },
		{ names: ["b.example.org"], types: ["A"] },
	]);
});
