import { expect, test } from "vitest";
import { ownName } from "../../relay-side/own-name.ts";
import { parseAddress } from "../../shared/address.ts";
import { dnsAnswerSchema } from "../../shared/protocol/dns.ts";

const lookup = {
	resolve4: async () => ["203.0.113.10"],
	resolve6: async () => ["2001:db8:1:0::10"],
	reverse: async (address: string) => {
		if (address.includes(":")) throw new Error("ENOTFOUND");
		return ["relay.example.net"];
	},
};

test("the relay says what Postfix calls it, what that name resolves to, and back", async () => {
	const said = await ownName(async () => "Relay.Example.Net\n", lookup, []);
	expect(said.name).toBe("relay.example.net");
	expect(said.forward).toEqual(["203.0.113.10", "2001:db8:1::10"]);
	expect(said.addresses.length).toBeGreaterThan(0);
	expect(dnsAnswerSchema.parse(said)).toEqual(said);
});

test("a name that cannot be one in an MX record is not told", async () => {
	for (const name of ["localhost", "192.0.2.1", "", "a b.example"]) {
		const said = await ownName(async () => name, lookup, []);
		expect(dnsAnswerSchema.safeParse(said).success, name).toBe(false);
	}
});

test("a resolver that fails leaves the name alone to be told", async () => {
	const none = async () => Promise.reject(new Error("ESERVFAIL"));
	const said = await ownName(
		async () => "relay.example.net",
		{ resolve4: none, resolve6: none, reverse: none },
		[],
	);
	expect(said.forward).toEqual([]);
	expect(said.name).toBe("relay.example.net");
});

test("a relay with an address for each of many homes still says what it is called, and that name's first", async () => {
	const many = Array.from({ length: 40 }, (_, at) => parseAddress(`198.51.100.${at}`));
	const ours = parseAddress("203.0.113.10");
	const said = await ownName(
		async () => "relay.example.net",
		{ ...lookup, reverse: async () => Array.from({ length: 40 }, (_, at) => `mail${at}.example.net`) },
		[],
		() => [...many, ours],
	);
	expect(dnsAnswerSchema.safeParse(said).success).toBe(true);
	expect(said.addresses[0]).toBe(ours);
	expect(said.addresses.length).toBe(16);
});
