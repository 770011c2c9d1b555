import { expect, test } from "vitest";
import { homeParser } from "../../../relay-side/homes/home.ts";
import { inNetwork, parseAddress, parseCidr } from "../../../shared/address.ts";
import { crowdFile, crowdHome, mostHomes, tunnel } from "./home.ts";

const networks = tunnel.networks.map(parseCidr);
const relayAddresses = tunnel.relay.map((address) => parseAddress(address));

test("the file of each home of a crowd is one that the relay reads as this home", () => {
	const parse = homeParser({ networks, relayAddresses });
	for (const number of [0, 254, 255, 9_999, mostHomes]) {
		const home = crowdHome(number);
		const { id, addresses, domains } = home;
		expect(parse(`${id}.toml`, crowdFile(home))).toMatchObject({ home: { id, addresses, domains } });
	}
});

test("no two homes of the largest crowd share a key, an address or a domain", () => {
	const homes = Array.from({ length: mostHomes }, (_, number) => crowdHome(number));
	for (const of of [
		homes.map(({ privateKey }) => privateKey),
		homes.map(({ endpoint }) => endpoint),
		homes.flatMap(({ addresses }) => addresses),
		homes.flatMap(({ domains }) => domains),
	])
		expect(new Set(of).size).toBe(of.length);
	const [upper4, upper6] = tunnel.homes.map(parseCidr);
	for (const { addresses } of [homes[0]!, homes.at(-1)!]) {
		expect(inNetwork(parseAddress(addresses[0]), upper4!)).toBe(true);
		expect(inNetwork(parseAddress(addresses[1]), upper6!)).toBe(true);
	}
});
