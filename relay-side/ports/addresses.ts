import { type Address, type Cidr, familyOf, inNetwork, isPrivate } from "../../shared/address.ts";
import { mostAddresses } from "../../shared/protocol/ports.ts";
import { ownAddresses } from "./held.ts";

/** Where clients of a home find the relay, and whether that is all. */
export interface ClientAddresses {
	addresses: Address[];
	/** A family without an address has none; false while the relay cannot know, as behind a NAT. */
	complete: boolean;
}

/**
 * The addresses of the relay at which it takes a home's clients: the home's own ones, else those of the configuration, else
 * the public ones of this machine's interfaces.
 */
export function clientAddresses(
	configured: readonly Address[] | undefined,
	ofHome: readonly Address[] | undefined,
	tunnel: readonly Cidr[],
	own: ReadonlySet<Address> = ownAddresses().all,
): ClientAddresses {
	const given = ofHome && ofHome.length > 0 ? ofHome : configured;
	if (given) return { addresses: [...given], complete: true };
	const outside = [...own].filter(
		(one) => !tunnel.some((network) => inNetwork(one, network)) && !isLocal(one),
	);
	const addresses = outside.filter((one) => !isPrivate(one));
	return { addresses, complete: ([4, 6] as const).every((family) => !natted(outside, addresses, family)) };
}

/** Those that a home is told: none that is another home's alone, and of each family as many as an answer holds. */
export function addressesToTell(
	{ addresses, complete }: ClientAddresses,
	ofOthers: ReadonlySet<Address>,
): ClientAddresses {
	const free = addresses.filter((one) => !ofOthers.has(one));
	const told = ([4, 6] as const).flatMap((family) =>
		free.filter((one) => familyOf(one) === family).slice(0, mostAddresses / 2),
	);
	return { addresses: told, complete };
}

/** Only a private address in the family: there may be a public one in front of it. */
function natted(outside: readonly Address[], addresses: readonly Address[], family: 4 | 6): boolean {
	const of = (list: readonly Address[]) => list.some((one) => familyOf(one) === family);
	return family === 4 && of(outside) && !of(addresses);
}

function isLocal(address: Address): boolean {
	return address === "::1" || address.startsWith("127.") || address.startsWith("fe80:");
}
