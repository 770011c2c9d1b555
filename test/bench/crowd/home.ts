import { createHash } from "node:crypto";
import { publicKeyOf } from "../../../shared/protocol/keys.ts";

/** The largest crowd: each home has a socket here, and the kernel gives a process 20,000 on some machines. */
export const mostHomes = 19_000;

/** Domains of each home. */
export const domainsEach = 10;

/** The tunnel of the crowd; the homes live in the upper half of each network. */
export const tunnel = {
	networks: ["10.86.0.0/16", "fd86:5a1e:77::/64"],
	relay: ["10.86.0.1", "fd86:5a1e:77::1"],
	homes: ["10.86.128.0/17", "fd86:5a1e:77:0:8000::/65"],
};

/** The homes' addresses on the internet (RFC 2544: for benchmarks). */
export const endpoints = "198.18.0.0/16";

/** A home of the crowd, by its number; each has a key and addresses of its own. */
export interface CrowdHome {
	id: string;
	privateKey: string;
	/** IPv4 and IPv6; pulses come from the first. */
	addresses: [string, string];
	domains: string[];
	/** Where it lives on the internet, when its tunnel is real. */
	endpoint: string;
}

/** The same home for the same number, in every process. */
export function crowdHome(number: number): CrowdHome {
	const name = String(number).padStart(5, "0");
	const [high, low] = [(number + 1) >> 8, (number + 1) & 0xff];
	return {
		id: `home-${name}`,
		privateKey: createHash("sha256").update(`crowd ${number}`).digest("base64"),
		addresses: [`10.86.${128 + high}.${low}`, `fd86:5a1e:77:0:8000::${(number + 1).toString(16)}`],
		endpoint: `198.18.${high}.${low}`,
		domains: Array.from({ length: domainsEach }, (_, at) => `d${at}.home-${name}.test`),
	};
}

/** The text of its file in homes.d. */
export function crowdFile({ privateKey, addresses, domains }: CrowdHome): string {
	return `public_key = "${publicKeyOf(privateKey)}"
addresses = ${JSON.stringify(addresses)}
domains = ${JSON.stringify(domains)}
`;
}
