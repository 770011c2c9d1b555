import { type Cidr, familyOfCidr } from "../../shared/address.ts";
import type { GuardRule } from "../../shared/guard.ts";

/**
 * Homes believe whoever speaks to their PROXY ports about who the client is, so nobody on this machine may but HAProxy, by
 * the number of its user. Without one, nobody may at all.
 */
export function guardRules(
	networks: readonly Cidr[],
	ports: readonly number[],
	uid: number | undefined,
): GuardRule[] {
	const others = uid === undefined ? "" : ` meta skuid != ${uid}`;
	return networks.map((network) => {
		const ip = familyOfCidr(network) === 4 ? "ip" : "ip6";
		return {
			chain: "output",
			rule: `${ip} daddr ${network} tcp dport { ${ports.join(", ")} }${others} reject`,
		};
	});
}
