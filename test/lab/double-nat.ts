import type { Lab } from "./lab.ts";
import { createNamespace } from "./namespace.ts";
import { withoutDetection } from "./network.ts";

/** A second router, between the home's and the provider. */
export interface OuterRouter {
	/** Its address outside. */
	readonly address: string;
	/** The provider gives it another; the home's router sees nothing of it. */
	changeAddress(): Promise<string>;
}

/**
 * Puts a router of the provider's, or of the landlord's, in front of the home's: IPv4 is translated twice from now on,
 * IPv6 is routed as before. The home's router does not know its public address any more.
 *
 * @param network the first three numbers of its IPv4 addresses; those of the lab's provider if not given
 */
export async function putRouterBetween(
	{ run, router, internet }: Lab,
	{ network = "198.51.100" }: { network?: string } = {},
): Promise<OuterRouter> {
	const inet = internet.namespace;
	const outer = await createNamespace(run, "outer");
	let last = 200;
	const address = () => `${network}.${last}`;
	const gateway = `route replace default via ${network}.1`;
	await outer.sysctl({ "ipv4/ip_forward": 1, ...withoutDetection, "ipv6/conf/all/forwarding": 1 });
	await outer.nft(`
table ip nat {
	chain leaving { type nat hook postrouting priority srcnat; oifname "wan" masquerade; }
}`);
	await inet.ip(
		`link set line nomaster netns ${outer.name}`,
		`link add outer type veth peer name wan netns ${outer.name}`,
		"link set outer master isp up",
		`address replace ${network}.1/24 dev isp`,
	);
	await outer.ip(
		"link set wan up",
		"link set line up",
		"address add 192.168.1.1/24 dev line",
		"address add fe80::1/64 dev line",
		`address add ${address()}/24 dev wan`,
		gateway,
		"address add 2001:db8:100::200/64 dev wan",
		"route add default via 2001:db8:100::1",
		`route add ${router.prefix} via fe80::7 dev line`,
	);
	await inet.ip(`route replace ${router.prefix} via 2001:db8:100::200`);
	await router.namespace.ip(
		`address del ${router.address}/24 dev wan`,
		"address add 192.168.1.2/24 dev wan",
		"route replace default via 192.168.1.1",
		"address add fe80::7/64 dev wan",
		"route replace default via fe80::1 dev wan",
	);
	return {
		get address() {
			return address();
		},
		async changeAddress() {
			const before = address();
			last += 1;
			await outer.ip(`address del ${before}/24 dev wan`, `address add ${address()}/24 dev wan`, gateway);
			return address();
		},
	};
}
