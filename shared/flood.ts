import type { GuardChain } from "./guard.ts";

/** What comes to a port of ours on the tunnel addresses. */
export interface FloodOptions {
	/** The chain's name: the part's, and a word for this. */
	chain: string;
	tunnel: string;
	/** What is counted, as nft(8) has it. */
	packets: string;
	/** Of each address in a second, and saved up; far more than an agent ever sends. */
	perSecond: number;
	burst: number;
}

/** An address that was quiet for so long is forgotten; so many are remembered, more than a relay has homes. */
const rememberedFor = "60s";
const mostRemembered = 65_536;

/**
 * A chain that drops a flood before it costs us anything: a line may bring a hundred times as many packets as we can read,
 * and whoever fills the socket makes all others unheard. Each home's address counts by itself; the machine's own processes, of
 * which each has a network of addresses, count as one.
 */
export function floodChain({ chain, tunnel, packets, perSecond, burst }: FloodOptions): GuardChain {
	const over = `limit rate over ${perSecond}/second burst ${burst} packets`;
	const set = (type: string) =>
		`type ${type}; flags dynamic,timeout; timeout ${rememberedFor}; size ${mostRemembered};`;
	return {
		chain,
		hook: "input",
		sets: { [`${chain}4`]: set("ipv4_addr"), [`${chain}6`]: set("ipv6_addr") },
		rules: [
			`iifname "lo" ${packets} ${over} drop`,
			`iifname "${tunnel}" ${packets} update @${chain}4 { ip saddr ${over} } drop`,
			`iifname "${tunnel}" ${packets} update @${chain}6 { ip6 saddr ${over} } drop`,
		],
	};
}
