import { type Address, familyOf } from "../../shared/address.ts";
import type { GuardRule } from "../../shared/guard.ts";

/**
 * Whoever speaks to a PROXY port is believed about who the client is: so these are there for the relay alone, through the
 * tunnel. A process of this machine is nobody else than a neighbour on the LAN here.
 */
export function guardRules(options: {
	interface: string;
	relay: readonly Address[];
	ports: readonly number[];
}): GuardRule[] {
	const ports = `tcp dport { ${options.ports.join(", ")} }`;
	const drop = (rule: string): GuardRule => ({ chain: "prerouting", rule: `${rule} drop` });
	const of = (family: 4 | 6) => options.relay.filter((address) => familyOf(address) === family);
	const others = ([4, 6] as const).map((family) => {
		const relay = of(family);
		const ip = family === 4 ? "ip" : "ip6";
		return relay.length > 0
			? drop(`${ip} saddr != { ${relay.join(", ")} } ${ports}`)
			: drop(`meta nfproto ipv${family} ${ports}`);
	});
	return [drop(`iifname != "${options.interface}" ${ports}`), ...others];
}
