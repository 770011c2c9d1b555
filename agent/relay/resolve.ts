import { lookup } from "node:dns/promises";
import { type Address, parseAddress } from "../../shared/address.ts";
import { HeimwegError } from "../../shared/errors.ts";

/** Milliseconds for a name: the C library's resolver takes 20 s and more to give up when the line is dead. */
const patience = 2_000;

type Lookup = (host: string) => Promise<ReadonlyArray<{ address: string }>>;

const systemLookup: Lookup = (host) => lookup(host, { all: true, order: "verbatim" });

/**
 * Makes the function that gives all addresses of a name, or the address itself (getaddrinfo(3)). It throws when that
 * fails or takes longer than 2 s; a lookup cannot be taken back, so who asks again joins the one that is under way.
 */
export function createResolver(ask: Lookup = systemLookup): (host: string) => Promise<Address[]> {
	const underWay = new Map<string, Promise<Address[]>>();

	async function find(host: string): Promise<Address[]> {
		const found = await ask(host);
		return [...new Set(found.map(({ address }) => parseAddress(address)))].sort();
	}

	return async (host) => {
		let answer = underWay.get(host);
		if (!answer) {
			answer = find(host).finally(() => underWay.delete(host));
			underWay.set(host, answer);
		}
		let timer: NodeJS.Timeout | undefined;
		const late = new Promise<never>((_, reject) => {
			const error = new HeimwegError(`the name server did not answer within ${patience / 1000} s`);
			timer = setTimeout(reject, patience, error);
		});
		try {
			return await Promise.race([answer, late]);
		} finally {
			clearTimeout(timer);
			answer.catch(() => {});
		}
	};
}
