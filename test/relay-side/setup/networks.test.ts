import { expect, test } from "vitest";
import { drawNetworks, routedNetworks } from "../../../relay-side/setup/networks.ts";
import { type Cidr, inNetwork, networksOverlap, parseCidr } from "../../../shared/address.ts";
import type { RunCommand } from "../../../shared/command.ts";

const nets = (...texts: string[]): Cidr[] => texts.map(parseCidr);

test("the tunnel's networks are private ones, another pair at each draw, and free of what is routed here", () => {
	const taken = nets("10.16.0.0/12", "100.64.0.0/10", "fd00:1::/32");
	const drawn = new Set<string>();
	for (let time = 0; time < 300; time++) {
		const { networks, addresses } = drawNetworks(taken);
		const [ipv4, ipv6] = networks as [Cidr, Cidr];
		expect(networks.map((one) => one.split("/")[1])).toEqual(["24", "64"]);
		expect(
			nets("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16").some((one) => networksOverlap(one, ipv4)),
		).toBe(true);
		expect(networksOverlap(ipv6, parseCidr("fd00::/8"))).toBe(true);
		for (const network of networks) expect(taken.some((one) => networksOverlap(one, network))).toBe(false);
		expect(addresses.every((address, at) => inNetwork(address, networks[at]!))).toBe(true);
		expect(addresses[0]).toMatch(/\.1$/);
		expect(addresses[1]).toMatch(/::1$/);
		drawn.add(networks.join());
	}
	expect(drawn.size).toBeGreaterThan(290);
});

test("what home routers, containers and other VPNs usually have is not drawn", () => {
	const usual = nets("192.168.0.0/16", "10.0.0.0/16", "10.8.0.0/24", "172.17.0.0/16", "10.10.0.0/24");
	for (let time = 0; time < 300; time++)
		for (const network of drawNetworks([]).networks)
			expect(usual.some((one) => networksOverlap(one, network))).toBe(false);
});

test("a machine with routes to every private network is told, and not served a clash", () => {
	expect(() => drawNetworks(nets("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"))).toThrow(
		"routes to every private network",
	);
});

test("what this machine has routes for are its networks and addresses in all tables, and not the default", async () => {
	const run: RunCommand = async (_, args) =>
		args.includes("-4")
			? '[{"dst":"default","dev":"eth0"},{"dst":"10.9.0.0/16","dev":"eth1"},{"type":"local","dst":"203.0.113.10"}]'
			: '[{"type":"multicast","dst":"ff00::/8"},{"dst":"fe80::/64","dev":"eth0"}]';
	expect(await routedNetworks(run)).toEqual(["10.9.0.0/16", "203.0.113.10/32", "fe80::/64"]);
});
