import { afterEach, expect, test } from "vitest";
import { watchLink } from "../../../agent/address/link.ts";
import { type Link, readLink, undecided } from "../../../agent/address/read-link.ts";
import { logLines } from "../log-lines.ts";
import { addresses, routes4, routes6 } from "./link-recordings.ts";

const all = (version: keyof typeof addresses = "6.15") =>
	readLink("hw0", addresses[version], [
		[4, routes4.all],
		[6, routes6.all],
	]);
const familiesOf = (four: string, six: string) => [
	...readLink("hw0", addresses["6.15"], [
		[4, four],
		[6, six],
	]).families,
];

test.each(["6.1", "6.15"] as const)("what iproute2 %s says of an address is understood", (version) => {
	const marks = (entry: Link["addresses"][number]) =>
		(["temporary", "deprecated", "tentative", "duplicate"] as const).filter((mark) => entry[mark]);
	const seen = all(version).addresses.map((entry) =>
		[entry.interface, entry.temporary ? "random" : entry.address, entry.preferredFor, ...marks(entry)].join(
			" ",
		),
	);
	expect(seen.sort()).toEqual([
		"eth0 192.168.178.20 Infinity",
		"eth0 2001:db8:1:0:216:3eff:fe00:1 2997",
		"eth0 2001:db8:1::20 3597",
		"eth0 2001:db8:1::7e Infinity tentative",
		"eth0 2001:db8:1::99 0 deprecated",
		"eth0 2001:db8:1::dd Infinity tentative duplicate",
		"eth0 fd12:3456:789a::20 Infinity",
		"eth0 random 2997 temporary",
		"eth1 192.168.5.2 Infinity",
	]);
});

test("the tunnel's own addresses, loopback and link-local ones are none of the line's", () => {
	const seen = all().addresses.map((entry) => entry.address);
	for (const other of ["127.0.0.1", "::1", "10.86.0.2", "fe80::940c:b1ff:fe12:4020"]) {
		expect(seen).not.toContain(other);
	}
});

test("the tunnel's interface is seen, and its absence too", () => {
	expect(all().tunnel).toBe(true);
	expect(readLink("hw7", addresses["6.1"], []).tunnel).toBe(false);
});

test("a default route counts when it leads out over an interface with a carrier", () => {
	expect(familiesOf(routes4.all, routes6.all)).toEqual([4, 6]);
	expect(familiesOf(routes4.dark, "[]"), "NO-CARRIER").toEqual([]);
	expect(familiesOf(routes4.dark.replace("linkdown", ""), "[]"), "the flag alone missing").toEqual([]);
	expect(familiesOf(routes4.unreachable, routes6.unreachable), "unreachable").toEqual([]);
	expect(familiesOf(routes4.tunnel, routes6.tunnel), "through the tunnel itself").toEqual([]);
	expect(familiesOf("", ""), "no route").toEqual([]);
});

test("of a default route with several ways, one that leads out is enough", () => {
	expect(familiesOf(routes4.multipath, routes6.multipath)).toEqual([4, 6]);
	expect(familiesOf(routes4.darkMultipath, "[]")).toEqual([]);
	expect(familiesOf(routes4.darkMultipath.replaceAll("linkdown", ""), "[]")).toEqual([]);
});

test("by what packets leave is seen, also when a VPN takes them past the default route", () => {
	expect(all()).toMatchObject({ leavesBy: { 4: "eth0", 6: "eth0" }, vpns: [] });
	expect(undecided(all()), "one interface leads out").not.toContain(4);
	const ends = JSON.parse(addresses["6.15"]).concat([
		{ ifname: "wg0", flags: ["POINTOPOINT", "UP"], linkinfo: { info_kind: "wireguard" }, addr_info: [] },
		{ ifname: "br0", flags: ["UP"], linkinfo: { info_kind: "bridge" }, addr_info: [] },
	]);
	const chosen = '[{"dst":"1.0.0.0","dev":"wg0","prefsrc":"10.9.0.2","flags":[]}]';
	const link = readLink("hw0", JSON.stringify(ends), [[4, routes4.all]], { 4: chosen });
	expect(link).toMatchObject({ leavesBy: { 4: "wg0" }, vpns: ["wg0"] });
	expect(undecided(link), "the kernel is asked").toContain(4);
	expect(readLink("wg0", JSON.stringify(ends), [[4, routes4.all]]).vpns, "our own is none").toEqual([]);
});

const endings: Array<() => Promise<void>> = [];
afterEach(async () => {
	for (const end of endings.splice(0)) await end();
});

test("a look that fails is reported and costs nothing else; the watcher goes on and stops when told", async () => {
	const { log, lines } = logLines();
	let broken = true;
	const watcher = watchLink({
		async run(command, args) {
			expect(command).toBe("ip");
			if (broken) throw new Error("ip broke");
			return args.includes("address") ? addresses["6.15"] : args.includes("-4") ? routes4.all : routes6.all;
		},
		tunnel: "hw0",
		log,
		onLink: () => {},
	});
	endings.push(() => watcher.stop());
	await expect(watcher.look()).rejects.toThrow("ip broke");
	watcher.start();
	await expect.poll(() => lines).toContainEqual(expect.stringContaining("cannot be read: ip broke"));
	broken = false;
	expect(await watcher.look()).toMatchObject({ tunnel: true });
});
