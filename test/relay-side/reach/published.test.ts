import { expect, test } from "vitest";
import { createPublished, isWithin } from "../../../relay-side/reach/published.ts";
import { targetsOf } from "../../../relay-side/reach/targets.ts";
import { parseAddress } from "../../../shared/address.ts";

test("a home's IPv6 address counts once DNS has it at one of its names, and no longer than that", async () => {
	let [answer, time, asked] = [["2001:4860::7"], 0, 0];
	const published = createPublished({
		now: () => time,
		async resolve() {
			asked += 1;
			return answer;
		},
	});
	const of = () => [...published.of("anna", ["mail.example.org"])];
	expect(of()).toEqual([]);
	await expect.poll(of).toEqual(["2001:4860::7"]);
	expect(asked, "asked once a minute, however often a home checks in").toBe(1);
	answer = [];
	time = 61_000;
	of();
	await expect.poll(of).toEqual([]);
});

test("a name that does not resolve, and a home that names none, publish nothing", async () => {
	const published = createPublished({ resolve: () => Promise.reject(new Error("ENOTFOUND")) });
	expect([...published.of("anna", ["mail.example.org"]), ...published.of("bert", [])]).toEqual([]);
	published.keep(new Set());
});

test("a name counts only within the home's own domains", () => {
	expect(isWithin("mail.example.org", ["example.org"])).toBe(true);
	expect(isWithin("example.org", ["example.org"])).toBe(true);
	expect(isWithin("notexample.org", ["example.org"])).toBe(false);
	expect(isWithin("www.example.net", ["example.org"])).toBe(false);
});

test("an IPv6 address that is not published is not tried, whoever has it", () => {
	const around = {
		endpoint: parseAddress("8.8.4.4"),
		own: new Set<never>(),
		nearNetworks: [],
		others: new Set<never>(),
	};
	const named = [parseAddress("2001:4860::7")];
	expect(targetsOf({ addresses: named }, { ...around, published: new Set() })).toEqual([]);
	expect(targetsOf({ addresses: named }, { ...around, published: new Set(named) })).toEqual(named);
});
