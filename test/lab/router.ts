import { createNamespace, type Namespace } from "./namespace.ts";
import { addresses, bridgeLines, type Network, type Switch, withoutDetection } from "./network.ts";
import { type Obstacles, obstacles } from "./obstacles.ts";
import type { Run } from "./run.ts";

/** The router of the home: masquerades IPv4, routes the prefix that the provider gives. */
export interface Router extends Obstacles {
	namespace: Namespace;
	lan: Switch;
	/** The line's present IPv4 address. */
	readonly address: string;
	/** The home network's present IPv6 prefix, `…::/64`. */
	readonly prefix: string;
	/** The provider gives the line another IPv4 address. Without one, the next that was not in use yet. */
	changeAddress(address?: string): Promise<string>;
	/**
	 * The provider gives another IPv6 prefix, and the router announces it: the home gets an address of it, the one of
	 * the old prefix is deprecated and not routed any more. Without one, the next that was not in use yet.
	 */
	changePrefix(prefix?: string): Promise<string>;
	/** The line is dead, both families: the router has no carrier outside, the home network is up. */
	lineDown(): Promise<void>;
	lineUp(): Promise<void>;
	/** The home's network cable is pulled. */
	carrierDown(): Promise<void>;
	carrierUp(): Promise<void>;
	/** Forwards a TCP port of the line's IPv4 address to the home (port sharing). */
	forwardPort(port: number): Promise<void>;
}

export async function createRouter(run: Run, network: Network): Promise<Router> {
	const { inet, provider } = network;
	const namespace = await createNamespace(run, "router");
	let address = addresses.line.ipv4;
	let prefix = addresses.prefix;
	const gateway = "route add default via 198.51.100.1";
	const routePrefix = () => `route add ${prefix} via ${addresses.line.ipv6}`;

	await namespace.sysctl({ "ipv4/ip_forward": 1, ...withoutDetection, "ipv6/conf/all/forwarding": 1 });
	await inet.ip(
		`link add line type veth peer name wan netns ${namespace.name}`,
		`link set line master ${provider.bridge} up`,
	);
	await namespace.ip(
		...bridgeLines("lan", "192.168.178.1/24", "fe80::1/64", `${inPrefix(prefix, 1)}/64`),
		"link set wan up",
		`address add ${address}/24 dev wan`,
		gateway,
		`address add ${addresses.line.ipv6}/64 dev wan`,
		"route add default via 2001:db8:100::1",
	);
	await inet.ip(routePrefix());
	await namespace.nft(`
table ip nat {
	chain arriving { type nat hook prerouting priority dstnat; }
	chain leaving { type nat hook postrouting priority srcnat; oifname "wan" masquerade; }
}`);

	return {
		...(await obstacles(namespace)),
		namespace,
		lan: { namespace, bridge: "lan" },
		get address() {
			return address;
		},
		get prefix() {
			return prefix;
		},
		async changeAddress(next = following(address, 4)) {
			// The kernel drops the masquerade's connections of an address that goes, as a home router does.
			await namespace.ip(`address del ${address}/24 dev wan`, `address add ${next}/24 dev wan`, gateway);
			address = next;
			return next;
		},
		async changePrefix(next = following(prefix, 6)) {
			const old = prefix;
			prefix = next;
			await inet.ip(`route del ${old}`, routePrefix());
			await namespace.ip(
				`address add ${inPrefix(next, 1)}/64 dev lan`,
				`address del ${inPrefix(old, 1)}/64 dev lan`,
			);
			const home = `${run.name}-home`;
			const deprecated = `address change ${inPrefix(old, 0x20)}/64 dev eth0 valid_lft 7200 preferred_lft 0`;
			await namespace.run(["ip", "-netns", home, "-batch", "-"], {
				input: `address add ${inPrefix(next, 0x20)}/64 dev eth0 ${lifetimes}\n${deprecated}`,
			});
			return next;
		},
		lineDown: () => inet.ip("link set line down"),
		lineUp: () => inet.ip("link set line up"),
		carrierDown: () => namespace.ip("link set home down"),
		carrierUp: () => namespace.ip("link set home up"),
		async forwardPort(port) {
			await namespace.nft(
				`add rule ip nat arriving iifname "wan" tcp dport ${port} dnat to ${addresses.home.ipv4}`,
			);
		},
	};
}

/** The lifetimes of an address that a router announced, as a common home router sets them (seconds). */
export const lifetimes = "valid_lft 7200 preferred_lft 3600";

/** The address with this number in the prefix: `inPrefix("2001:db8::/64", 0x20)` is `2001:db8::20`. */
export function inPrefix(prefix: string, number: number): string {
	return prefix.replace(/\/\d+$/, number.toString(16));
}

/** `198.51.100.7` to `198.51.100.8`, skipping none; `…:1::/64` to `…:2::/64`. */
function following(current: string, family: 4 | 6): string {
	if (family === 4) return current.replace(/\d+$/, (last) => String(Number(last) + 1));
	return current.replace(
		/([0-9a-f]+)::\/64$/,
		(_, last: string) => `${(Number.parseInt(last, 16) + 1).toString(16)}::/64`,
	);
}
