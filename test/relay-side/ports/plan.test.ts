import { expect, it } from "vitest";
import type { Served } from "../../../relay-side/ports/claims.ts";
import { guardRules } from "../../../relay-side/ports/guard.ts";
import { haproxyConfig, haproxyPlaces, markOf } from "../../../relay-side/ports/haproxy-config.ts";
import { heldBinds, listenersIn } from "../../../relay-side/ports/held.ts";
import { planOf, unreachablePorts } from "../../../relay-side/ports/plan.ts";
import { parseAddress, parseCidr } from "../../../shared/address.ts";

const home = (id: string, more: Partial<Served> = {}): Served => ({
	home: id,
	target: parseAddress("10.86.0.2"),
	names: [`mail.${id}.example`],
	ports: [465, 993],
	publicAddresses: [],
	...more,
});
const own6 = parseAddress("2001:db8::5");
const places = haproxyPlaces("/var/lib/heimweg-relay");
const limits = { per_client: 250, rate: 150, per_home: 5_000, connections: 10_000 };
const config = (served: Served[], homes = served.length) =>
	haproxyConfig({ binds: planOf(served, homes).binds, limits, places, ipv6: true });

it("a name leads to its home's PROXY port, and a home more changes the map alone", () => {
	const two = [home("anna"), home("bert", { target: parseAddress("10.86.0.3") })];
	expect([...planOf(two, 2).map]).toEqual([
		["mail.anna.example:465", "10.86.0.2|10465|anna"],
		["mail.anna.example:993", "10.86.0.2|10993|anna"],
		["mail.bert.example:465", "10.86.0.3|10465|bert"],
		["mail.bert.example:993", "10.86.0.3|10993|bert"],
	]);
	expect(config([...two, home("carl")])).toBe(config(two));
	expect(markOf(config(two))).toMatch(/^[0-9a-f]{16}$/);
	expect(markOf(config([home("anna", { ports: [993] })], 2))).not.toBe(markOf(config(two)));
});

it("who names nobody is for the only home, or for the home whose address was asked", () => {
	expect(planOf([home("anna")], 1).map.get(":993")).toBe("10.86.0.2|10993|anna");
	const two = planOf([home("anna", { publicAddresses: [own6] }), home("bert")], 2);
	expect(two.map.has(":993")).toBe(false);
	expect(two.map.get("@2001:db8::5:993")).toBe("10.86.0.2|10993|anna");
});

it("ports that begin in clear are served on a home's own address, or to the only home", () => {
	const clear = home("anna", { ports: [587, 993] });
	expect(planOf([clear], 1).binds).toContainEqual({ port: 587, kind: "address", address: undefined });
	expect(unreachablePorts([clear], 1)).toEqual([]);
	expect(planOf([clear, home("bert")], 2).binds.map(({ port }) => port)).toEqual([465, 993]);
	expect(unreachablePorts([clear, home("bert")], 2)).toEqual([{ home: "anna", port: 587 }]);
	const addressed = planOf([{ ...clear, publicAddresses: [own6] }, home("bert")], 2);
	expect(addressed.binds).toContainEqual({ port: 587, kind: "address", address: own6 });
	expect(addressed.map.get("@2001:db8::5:587")).toBe("10.86.0.2|10587|anna");
});

it("a home without a name that anybody could ask for opens no port", () => {
	expect(planOf([home("anna", { names: [] })], 2).binds).toEqual([]);
});

it("another program at a port keeps that port from being bound; HAProxy itself does not", () => {
	const sockets = `LISTEN 0 100 0.0.0.0:993 0.0.0.0:* ino:1 sk:1 cgroup:x <->
LISTEN 0 100 [::1]:587 [::]:* uid:65534 ino:2 sk:2
LISTEN 0 100 *:465 *:* uid:993 ino:3 sk:3`;
	const listeners = listenersIn(sockets);
	const binds = [
		{ port: 993, kind: "tls", address: undefined },
		{ port: 465, kind: "tls", address: undefined },
		{ port: 587, kind: "address", address: own6 },
	] as const;
	expect(heldBinds(binds, listeners, 993).map(({ port }) => port)).toEqual([993]);
	expect(heldBinds(binds, listeners, undefined).map(({ port }) => port)).toEqual([993, 465]);
});

it("a program that has all addresses of one family does not hold a port at an address of the other", () => {
	const own4 = parseAddress("192.0.2.5");
	const held = (line: string) =>
		heldBinds(
			[own4, own6].map((address) => ({ port: 587, kind: "address", address }) as const),
			listenersIn(`LISTEN 0 100 ${line} *:* ino:1 sk:1`),
			993,
		).map(({ address }) => address);
	expect(held("0.0.0.0:587")).toEqual([own4]);
	expect(held("[::]:587")).toEqual([own6]);
	expect(held("*:587")).toEqual([own4, own6]);
	expect(held("[::ffff:192.0.2.5]:587")).toEqual([own4]);
	expect(held("192.0.2.6:587")).toEqual([]);
});

it("nobody on the relay but HAProxy's user reaches the homes' PROXY ports; without that user nobody does", () => {
	const networks = [parseCidr("10.86.0.0/24"), parseCidr("fd86:5a1e:77::/64")];
	expect(guardRules(networks, [10_465, 10_993], 992).map(({ rule }) => rule)).toEqual([
		"ip daddr 10.86.0.0/24 tcp dport { 10465, 10993 } meta skuid != 992 reject",
		"ip6 daddr fd86:5a1e:77::/64 tcp dport { 10465, 10993 } meta skuid != 992 reject",
	]);
	expect(guardRules(networks, [10_993], undefined)[0]?.rule).toBe(
		"ip daddr 10.86.0.0/24 tcp dport { 10993 } reject",
	);
});
