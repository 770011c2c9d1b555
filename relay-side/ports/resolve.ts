import { Resolver } from "node:dns/promises";
import { type Address, parseAddress } from "../../shared/address.ts";
import { codeOf } from "../../shared/errors.ts";
import { SECOND } from "../../shared/time.ts";

/** What a name server says of a name that has no such record. */
const none = new Set(["ENODATA", "ENOTFOUND"]);

/** The addresses that DNS has for a name, of both families. Throws when it does not answer. */
export async function resolveAddresses(name: string): Promise<Address[]> {
	const resolver = new Resolver({ timeout: 2 * SECOND, tries: 2 });
	const ask = async (records: Promise<string[]>) => {
		try {
			return await records;
		} catch (error) {
			if (none.has(codeOf(error) ?? "")) return [];
			throw error;
		}
	};
	const [four, six] = await Promise.all([ask(resolver.resolve4(name)), ask(resolver.resolve6(name))]);
	return [...four, ...six].map((address) => parseAddress(address));
}
