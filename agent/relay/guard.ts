import { familyOf } from "../../shared/address.ts";
import type { GuardRule } from "../../shared/guard.ts";
import type { RelayConfig } from "./config.ts";

/**
 * The relay takes so many check-ins and pulses of a home in a second, by its address, whoever at the home sends them: so
 * nobody on this machine may but the daemon, by the number of its user, and root, who may do all that it may.
 */
export function guardRules(relays: readonly RelayConfig[], uid: number): GuardRule[] {
	const others = `meta skuid != { ${[...new Set([0, uid])].join(", ")} } reject`;
	return relays.flatMap(({ addresses, checkin_port, pulse_port }) =>
		addresses.flatMap((address) => {
			const to = `${familyOf(address) === 4 ? "ip" : "ip6"} daddr ${address}`;
			return [`tcp dport ${checkin_port}`, `udp dport ${pulse_port}`].map((port) => ({
				chain: "output" as const,
				rule: `${to} ${port} ${others}`,
			}));
		}),
	);
}
