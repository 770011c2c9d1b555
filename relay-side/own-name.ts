import { networkInterfaces } from "node:os";
import { type Address, type Cidr, inNetwork, isGlobalUnicast, parseAddress } from "../shared/address.ts";
import type { RunCommand } from "../shared/command.ts";
import { type DnsAnswer, mostAddresses } from "../shared/protocol/dns.ts";

/** Looks names up; as node:dns/promises has them, with a time-out. */
export interface Lookup {
	resolve4(name: string): Promise<string[]>;
	resolve6(name: string): Promise<string[]>;
	reverse(address: string): Promise<string[]>;
}

/** What this machine is called in Postfix, its public addresses, and what DNS says of both. */
export async function ownName(
	run: RunCommand,
	lookup: Lookup,
	inside: readonly Cidr[],
	own: () => Address[] = () => publicAddresses(),
): Promise<DnsAnswer> {
	const name = (await run("postconf", ["-h", "myhostname"])).trim().toLowerCase();
	const outside = own().filter((one) => !inside.some((network) => inNetwork(one, network)));
	const [four, six] = await Promise.all([
		lookup.resolve4(name).catch(() => []),
		lookup.resolve6(name).catch(() => []),
	]);
	const forward = [...four, ...six].map(parseAddress).slice(0, mostAddresses);
	// Behind a hoster's NAT the machine does not know its own, and its name does.
	const all = outside.length > 0 ? outside : forward;
	// With one for each home there may be more than an answer holds: those of its name are the ones to know.
	const named = all.filter((one) => forward.includes(one));
	const addresses = [...named, ...all.filter((one) => !named.includes(one))].slice(0, mostAddresses);
	const reverse = await Promise.all(
		addresses.map(
			async (one) => [one, (await lookup.reverse(one).catch(() => [])).slice(0, mostAddresses)] as const,
		),
	);
	return {
		...{ name, addresses, forward },
		reverse: Object.fromEntries(reverse),
	};
}

/** Addresses that the world can reach, as far as the machine itself can know. */
export function publicAddresses(alsoPublic: readonly Cidr[] = []): Address[] {
	const all = Object.values(networkInterfaces()).flatMap((list = []) => list);
	const found = all.flatMap(({ address, internal }) =>
		internal ? [] : [parseAddress(address.split("%")[0]!)],
	);
	return [...new Set(found)].filter((one) => isGlobalUnicast(one, alsoPublic)).sort();
}
