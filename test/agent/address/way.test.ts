import { expect, test } from "vitest";
import { ownAddress } from "../../../agent/address/decide.ts";
import { watchLink } from "../../../agent/address/link.ts";
import { type Link, readLink } from "../../../agent/address/read-link.ts";
import { parseAddress, parseCidr } from "../../../shared/address.ts";
import { CommandError } from "../../../shared/command.ts";
import { silent } from "../../shared/silent.ts";

/** By which interface we are reached, where more than one has a global address. */

const lab = [parseCidr("2001:db8::/32"), parseCidr("198.51.100.0/24")];
const nic = (ifname: string, ...addresses: string[]) => ({
	ifname,
	flags: ["UP"],
	addr_info: addresses.map((text) => {
		const [local, ...marks] = text.split(" ");
		const life = marks.includes("static") ? 4_294_967_295 : 3_000;
		return {
			local,
			scope: "global",
			preferred_life_time: life,
			...(marks.includes("temporary") ? { temporary: true } : {}),
		};
	}),
});
const route = (dev: string, dst = "default") => ({ dst, gateway: "fe80::1", dev, metric: 1024, flags: [] });
/** As `ip -j -6 route get` prints it (iproute2 6.1). */
const chosen = (dev: string, prefsrc: string) =>
	JSON.stringify([
		{ dst: "2000::", from: "::", gateway: "fe80::1", dev, prefsrc, metric: 1024, flags: [], pref: "medium" },
	]);
const look = (nics: object[], routes: object[], choice?: string): Link =>
	readLink(
		"hw0",
		JSON.stringify(nics),
		[[6, JSON.stringify(routes)]],
		choice === undefined ? {} : { 6: choice },
	);
const own = (link: Link, present?: string) =>
	ownAddress(6, link.addresses, present ? parseAddress(present) : undefined, lab);

const docker = nic("docker0", "2001:db8:d::1 static");
const line = nic("eth0", "2001:db8:1::20");

test("a static global address on docker0 does not beat the one on the interface with the default route", () => {
	expect(own(look([docker, line], [route("eth0"), route("docker0", "2001:db8:d::/64")]))).toBe(
		"2001:db8:1::20",
	);
	expect(
		own(look([docker, nic("eth0", "fd12::20")], [route("eth0")])),
		"and is none of its own",
	).toBeUndefined();
	expect(
		own(look([docker, line], [route("docker0", "2001:db8:d::/64")])),
		"no default route",
	).toBeUndefined();
});

test("of two interfaces with a default route the kernel's own choice counts", () => {
	const other = nic("wlan0", "2001:db8:2::20 static");
	const both = [route("eth0"), route("wlan0")];
	expect(own(look([line, other], both)), "unknown: the longest").toBe("2001:db8:2::20");
	expect(own(look([line, other], both, chosen("eth0", "2001:db8:1::20")))).toBe("2001:db8:1::20");
	expect(own(look([line, other], both, chosen("eth0", "2001:db8:1::20")), "2001:db8:2::20")).toBe(
		"2001:db8:1::20",
	);
	const noAddress = nic("ppp0", "fd12::1");
	expect(
		own(look([line, noAddress], [route("eth0"), route("ppp0")], chosen("ppp0", "fd12::1"))),
		"the chosen one has none: the other one's",
	).toBe("2001:db8:1::20");
});

test("a machine that dials in by itself is reached by the address that the kernel sends with", () => {
	const ppp = nic("ppp0");
	const lan = nic("br0", "2001:db8:1::1");
	const choice = chosen("ppp0", "2001:db8:1::1");
	expect(own(look([ppp, lan, docker], [route("ppp0")], choice))).toBe("2001:db8:1::1");
	const secret = nic("br0", "2001:db8:1::1", "2001:db8:1::5eed temporary");
	expect(own(look([ppp, secret], [route("ppp0")], chosen("ppp0", "2001:db8:1::5eed")))).toBe("2001:db8:1::1");
});

test("a route to the relay alone, by a VPN, makes its address no public one", () => {
	const vpn = nic("tun0", "2001:db8:7::1 static");
	const routes = [route("eth0"), route("tun0", "2001:db8:9::1")];
	expect(own(look([line, vpn], routes, chosen("tun0", "2001:db8:7::1")))).toBe("2001:db8:1::20");
	for (const odd of ["", "[]", "{", '[{"dev":7,"prefsrc":"?"}]'])
		expect(own(look([docker, line], [route("eth0")], odd))).toBe("2001:db8:1::20");
});

test("the kernel is asked for its choice only where the default routes do not tell, and may not know", async () => {
	const asked: string[] = [];
	let nics = [docker, line];
	let routes = [route("eth0")];
	let answer = (): string => chosen("eth0", "2001:db8:1::20");
	const watcher = watchLink({
		async run(_, args) {
			if (args.includes("address")) return JSON.stringify(nics);
			if (!args.includes("get")) return args.includes("-6") ? JSON.stringify(routes) : "[]";
			asked.push(args.join(" "));
			return answer();
		},
		tunnel: "hw0",
		log: silent,
		onLink: () => {},
		relay: () => [parseAddress("198.51.100.9"), parseAddress("2001:db8:9::1")],
	});
	expect(own(await watcher.look())).toBe("2001:db8:1::20");
	expect(asked).toEqual([]);
	nics = [docker, line, nic("wlan0", "2001:db8:2::20 static")];
	routes = [route("eth0"), route("wlan0")];
	expect(own(await watcher.look())).toBe("2001:db8:1::20");
	expect(asked).toEqual(["-j -6 route get 2001:db8:9::1"]);
	answer = () => {
		throw new CommandError("ip", "failed", {
			stderr: "RTNETLINK answers: Network is unreachable",
			exitCode: 2,
		});
	};
	expect(own(await watcher.look())).toBe("2001:db8:2::20");
});
