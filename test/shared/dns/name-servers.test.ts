import { expect, test } from "vitest";
import { type NameLookup, serversOf, zoneHolding } from "../../../shared/dns/name-servers.ts";

const missing = () => Promise.reject(Object.assign(new Error("queryNs ENODATA"), { code: "ENODATA" }));

function lookup(said: Record<string, string[]>): NameLookup & { asked: string[] } {
	const asked: string[] = [];
	const answer = (type: string) => (name: string) => {
		asked.push(`${name} ${type}`);
		const records = said[`${name} ${type}`];
		return records ? Promise.resolve(records) : missing();
	};
	return { asked, resolveNs: answer("NS"), resolve4: answer("A"), resolve6: answer("AAAA") };
}

test("the servers of a zone are found with the addresses of both families", async () => {
	const said = lookup({
		"example.org NS": ["ns1.example.net", "ns2.example.net"],
		"ns1.example.net A": ["192.0.2.1"],
		"ns1.example.net AAAA": ["2001:db8::1"],
		"ns2.example.net AAAA": ["2001:db8::2"],
	});
	expect(await serversOf("example.org", said)).toEqual([
		{ name: "ns1.example.net", addresses: ["192.0.2.1", "2001:db8::1"] },
		{ name: "ns2.example.net", addresses: ["2001:db8::2"] },
	]);
});

test("an address that may not be asked is left out, and a zone with no other has no servers", async () => {
	const said = lookup({
		"example.org NS": ["inside.example.org", "ns1.example.net"],
		"inside.example.org A": ["10.0.0.1", "127.0.0.1"],
		"ns1.example.net A": ["192.0.2.1", "192.0.2.2"],
	});
	const mayAsk = (address: string) => address.startsWith("192.");
	expect(await serversOf("example.org", said, mayAsk)).toEqual([
		{ name: "ns1.example.net", addresses: ["192.0.2.1", "192.0.2.2"] },
	]);
	await expect(serversOf("example.org", said, () => false)).rejects.toThrow(
		"none of example.org's name servers (inside.example.org, ns1.example.net) has an address that may be asked",
	);
});

test("of a zone with very many servers, and of a server with very many addresses, a few are asked", async () => {
	const names = Array.from({ length: 500 }, (_, at) => `ns${at}.example.net`);
	const many = Array.from({ length: 200 }, (_, at) => `192.0.2.${at}`);
	const said = lookup({
		"example.org NS": names,
		...Object.fromEntries(names.map((name) => [`${name} A`, many])),
	});
	const servers = await serversOf("example.org", said);
	expect(servers).toHaveLength(13);
	for (const { addresses } of servers) expect(addresses).toHaveLength(2);
	expect(said.asked.length).toBeLessThan(30);
});

test("the zone that holds a name is the first above it that has name servers", async () => {
	const said = lookup({ "example.org NS": ["ns1.example.net"], "org NS": ["a.org"] });
	expect(await zoneHolding("example.org", said)).toBe("example.org");
	expect(await zoneHolding("a.mail.example.org", said)).toBe("example.org");
	expect(await zoneHolding("other.org", said)).toBeUndefined();
});

test("while a resolver does not answer, the zone of a name is not known", async () => {
	const said = lookup({ "example.org NS": ["ns1.example.net"] });
	const broken = { ...said, resolveNs: () => Promise.reject(new Error("queryNs ETIMEOUT")) };
	await expect(zoneHolding("mail.example.org", broken)).rejects.toThrow("ETIMEOUT");
});
