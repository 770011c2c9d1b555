import { type Address, familyOf } from "../../shared/address.ts";
import type { GuardWish } from "../../shared/guard.ts";

/**
 * The rules for an enrolment's address: it reaches the port of enrolment on our tunnel address, and nothing else here or
 * behind us; and nothing but that port's answers goes to it.
 */
export function enrolmentRules(options: {
	tunnel: string;
	/** Ours, of the family of the enrolments' addresses. */
	relay: Address;
	port: number;
	addresses: Iterable<Address>;
}): GuardWish[] {
	const { tunnel, relay, port } = options;
	return [...options.addresses].flatMap((address) => {
		const ip = familyOf(address) === 4 ? "ip" : "ip6";
		return [
			{
				chain: "prerouting" as const,
				rule: `iifname "${tunnel}" ${ip} saddr ${address} ${ip} daddr ${relay} tcp dport ${port} accept`,
			},
			{ chain: "prerouting" as const, rule: `${ip} saddr ${address} drop` },
			{ chain: "prerouting" as const, rule: `${ip} daddr ${address} drop` },
			{
				chain: "output" as const,
				rule: `oifname "${tunnel}" ${ip} daddr ${address} tcp sport ${port} tcp flags & (syn | ack) != syn accept`,
			},
			{ chain: "output" as const, rule: `${ip} daddr ${address} reject` },
		];
	});
}
