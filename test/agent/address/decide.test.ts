import { expect, test } from "vitest";
import { decide, notePassing, type Observations, ownAddress } from "../../../agent/address/decide.ts";
import { byTrust, lessTrusted, shownSource } from "../../../agent/address/sources.ts";
import { type Address, type Family, parseAddress, parseCidr } from "../../../shared/address.ts";
import { local } from "./local-address.ts";

/** The documentation networks are not public; here they stand for addresses that are. */
const lab = ["198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32"].map((text) => parseCidr(text));
const seen = (sources: Record<string, string>): Observations =>
	Object.fromEntries(Object.entries(sources).map(([source, text]) => [source, parseAddress(text)]));
const decided = (family: Family, sources: Record<string, string>) => decide(family, seen(sources), lab);
const own = (addresses: ReturnType<typeof local>[], present?: string) =>
	ownAddress(6, addresses, present ? parseAddress(present) : undefined, lab);

test("the table of sources orders each family by its own trust", () => {
	expect(byTrust(4)).toEqual(["relay", "check-ip", "interface"]);
	expect(byTrust(6)).toEqual(["interface", "relay", "check-ip"]);
	expect([shownSource("interface"), shownSource("router")]).toEqual(["the kernel", "router"]);
});

test("IPv4 is what the relay sees, then what a service sees, and last what our interface has", () => {
	const interface_ = "203.0.113.9";
	expect(decided(4, { relay: "198.51.100.1", "check-ip": "198.51.100.2", interface: interface_ })).toEqual({
		address: "198.51.100.1",
		source: "relay",
		contradicted: { address: "198.51.100.2", source: "check-ip" },
	});
	expect(decided(4, { "check-ip": "198.51.100.2" })).toMatchObject({ source: "check-ip" });
	expect(decided(4, { interface: interface_ })).toMatchObject({ address: interface_, source: "interface" });
	expect(decided(4, {})).toEqual({});
});

test("IPv6 is what our interface has, whatever address of that network somebody outside saw", () => {
	expect(decided(6, { interface: "2001:db8:1::20", relay: "2001:db8:1::abcd" })).toEqual({
		address: "2001:db8:1::20",
		source: "interface",
	});
	expect(decided(6, { interface: "2001:db8:1::20", relay: "2001:db8:2::20" })).toMatchObject({
		address: "2001:db8:1::20",
		contradicted: { address: "2001:db8:2::20", source: "relay" },
	});
	expect(lessTrusted(6, "interface")).toEqual(["relay", "check-ip"]);
	expect(lessTrusted(4, "interface")).toEqual([]);
});

test.each<[Family, string]>([
	[4, "100.64.3.4"],
	[4, "192.168.1.2"],
	[4, "169.254.1.1"],
	[4, "192.0.2.1"],
	[6, "fd12::1"],
	[6, "fe80::1"],
	[6, "64:ff9b::1"],
])("IPv%i: %s is not published but reported", (family, text) => {
	expect(decided(family, { "check-ip": text })).toEqual({
		unusable: { address: text, source: "check-ip" },
	});
});

test("a private address on our own interface is what NAT looks like, and not reported", () => {
	expect(decided(4, { interface: "192.168.178.20" })).toEqual({});
});

test("a less trusted public address is used where the trusted one is private", () => {
	expect(decided(4, { relay: "100.64.0.1", "check-ip": "198.51.100.2" })).toEqual({
		address: "198.51.100.2",
		source: "check-ip",
	});
});

test("an address of the other family tells nothing", () => {
	expect(decided(6, { relay: "198.51.100.1" })).toEqual({});
});

test("an address of ours that will not stay is not believed, whoever saw it, also when it is gone", () => {
	const passing = new Set<Address>();
	const secret = "2001:db8:1::5eed";
	notePassing(passing, [
		local(secret, { temporary: true }),
		local("2001:db8:0::1", { deprecated: true }),
		local("2001:db8:1::dd", { duplicate: true }),
		local("2001:db8:1::20", { tentative: true }),
	]);
	notePassing(passing, []);
	expect([...passing]).toEqual([secret, "2001:db8::1", "2001:db8:1::dd"]);
	expect(decide(6, seen({ relay: secret, "check-ip": "2001:db8::1" }), lab, passing)).toEqual({});
	expect(decide(6, seen({ relay: secret, "check-ip": "2001:db8:1::20" }), lab, passing)).toEqual({
		address: "2001:db8:1::20",
		source: "check-ip",
	});
	notePassing(passing, [local("2001:db8::1")]);
	expect(passing.has(parseAddress("2001:db8::1")), "preferred again").toBe(false);
});

test("years of temporary addresses do not fill the memory", () => {
	const passing = new Set<Address>();
	for (let at = 1; at <= 1_000; at++) notePassing(passing, [local(`2001:db8::${at}`, { temporary: true })]);
	expect(passing.size).toBe(200);
	expect(passing.has(parseAddress("2001:db8::1000"))).toBe(true);
});

test("of our own addresses only a global, lasting, unique one of the family is published", () => {
	expect(
		own([
			local("192.168.178.20"),
			local("fd12:3456:789a::20"),
			local("2001:db8:1::1", { temporary: true }),
			local("2001:db8:1::2", { deprecated: true, preferredFor: 0 }),
			local("2001:db8:1::3", { duplicate: true, tentative: true }),
		]),
	).toBeUndefined();
	expect(own([local("2001:db8:1::4", { tentative: true })]), "detection is under way").toBe("2001:db8:1::4");
});

test("of several the longest preferred is taken, and kept while no other stays twice as long", () => {
	const short = local("2001:db8:1::a", { preferredFor: 1_000 });
	const long = local("2001:db8:1::b", { preferredFor: 1_900 });
	expect(own([short, long])).toBe(long.address);
	expect(own([short, long], short.address)).toBe(short.address);
	expect(own([short, { ...long, preferredFor: 2_100 }], short.address)).toBe(long.address);
	expect(own([{ ...short, deprecated: true }, long], short.address), "the old prefix").toBe(long.address);
});
