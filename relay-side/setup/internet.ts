import { Resolver } from "node:dns/promises";
import type { Address } from "../../shared/address.ts";
import { askBanner } from "../../shared/banner.ts";
import { SECOND } from "../../shared/time.ts";

/** What is asked of the DNS; rejects where it has nothing. */
export interface Names {
	reverse(address: string): Promise<string[]>;
	resolve4(name: string): Promise<string[]>;
	resolve6(name: string): Promise<string[]>;
	resolveMx(domain: string): Promise<Array<{ exchange: string; priority: number }>>;
}

/** What is asked of others. */
export interface Internet {
	resolver: Names;
	/** What is wrong with the greeting on port 25 there; undefined when there is one. */
	greeting(address: Address): Promise<string | undefined>;
}

/** For one question to the resolver. */
const resolverPatience = 2 * SECOND;

/** For one mail server. */
const greetingPatience = 8 * SECOND;

export function realInternet(): Internet {
	return {
		resolver: new Resolver({ timeout: resolverPatience, tries: 2 }),
		greeting: (address) => askBanner({ address, port: 25 }, AbortSignal.timeout(greetingPatience)),
	};
}
