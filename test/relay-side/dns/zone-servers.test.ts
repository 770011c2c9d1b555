import { expect, test } from "vitest";
import { serversForHome } from "../../../relay-side/dns/zone-servers.ts";
import { parseCidr } from "../../../shared/address.ts";
import type { NameLookup } from "../../../shared/dns/name-servers.ts";

const rules = { inside: [parseCidr("10.86.0.0/24")], alsoPublic: [] };

/** A zone whose owner says what he likes. */
function saying(addresses: string[], zones: string[] = ["example.org"]): NameLookup & { asked: string[] } {
	const asked: string[] = [];
	const none = () => Promise.reject(Object.assign(new Error("ENODATA"), { code: "ENODATA" }));
	return {
		asked,
		resolveNs(name) {
			asked.push(name);
			return zones.includes(name) ? Promise.resolve(["ns1.example.net"]) : none();
		},
		resolve4: async () => addresses.filter((one) => !one.includes(":")),
		resolve6: async () => addresses.filter((one) => one.includes(":")),
	};
}

test.each([
	["127.0.0.1", "the relay itself"],
	["10.86.0.2", "another home"],
	["10.1.2.3", "the hoster's inside"],
	["169.254.169.254", "where a hoster tells a machine its secrets"],
	["100.64.0.1", "behind a provider's NAT"],
	["224.0.0.1", "everybody there"],
	["0.0.0.0", "this machine"],
	["::1", "the relay itself"],
	["::ffff:127.0.0.1", "the relay itself, written otherwise"],
	["64:ff9b::7f00:1", "the relay itself, translated"],
	["fe80::1", "the link"],
	["fd00::1", "the hoster's inside"],
])("a home's zone cannot lead the relay to %s, which is %s", async (address) => {
	await expect(serversForHome("example.org", ["example.org"], saying([address]), rules)).rejects.toThrow(
		"has an address that may be asked",
	);
});

test("servers of the internet are asked, and only they", async () => {
	const servers = await serversForHome(
		"example.org",
		["example.org"],
		saying(["127.0.0.1", "45.54.76.1", "2607:f740:e633:deec::2", "fd00::1"]),
		rules,
	);
	expect(servers).toEqual([{ name: "ns1.example.net", addresses: ["45.54.76.1", "2607:f740:e633:deec::2"] }]);
});

test("networks of the configuration count as the internet's, but never the tunnel's", async () => {
	const said = saying(["192.0.2.53", "10.86.0.2"]);
	const lab = { ...rules, alsoPublic: [parseCidr("192.0.2.0/24"), parseCidr("10.0.0.0/8")] };
	expect(await serversForHome("example.org", ["example.org"], said, lab)).toEqual([
		{ name: "ns1.example.net", addresses: ["192.0.2.53"] },
	]);
});

test("a zone above a home's domain is asked about only where it is the one that holds it", async () => {
	const said = saying(["45.54.76.1"], ["example.org", "co.example"]);
	expect(await serversForHome("example.org", ["mail.example.org"], said, rules)).toHaveLength(1);
	const other = saying(["45.54.76.1"], ["anna.co.example", "co.example"]);
	expect(await serversForHome("co.example", ["anna.co.example"], other, rules)).toBeUndefined();
	expect(await serversForHome("example.com", ["example.org"], said, rules)).toBeUndefined();
});
