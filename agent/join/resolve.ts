import { lookup } from "node:dns/promises";
import { type Address, parseAddress } from "../../shared/address.ts";
import { HeimwegError } from "../../shared/errors.ts";
import { SECOND } from "../../shared/time.ts";

/** The C library's resolver takes 20 s and more to give up when the line is dead. */
const patience = 10 * SECOND;

/** All addresses of a name, or the address itself (getaddrinfo(3)); throws when there are none in time. */
export async function resolveRelay(host: string): Promise<Address[]> {
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<never>((_, reject) => {
		const error = new HeimwegError(`the name server did not answer within ${patience / SECOND} s`);
		timer = setTimeout(reject, patience, error);
	});
	try {
		const found = await Promise.race([lookup(host, { all: true, order: "verbatim" }), late]);
		return [...new Set(found.map(({ address }) => parseAddress(address)))];
	} finally {
		clearTimeout(timer);
	}
}
