import type { Cidr } from "../../shared/address.ts";
import { type Address, familyOf, inNetwork, isGlobalUnicast } from "../../shared/address.ts";
import { type ReachReport, reachPorts } from "../../shared/protocol/reach.ts";

/** What decides where the relay may connect to for a home. */
export interface Surroundings {
	/** Where WireGuard shows the home. */
	endpoint: Address | undefined;
	/** All addresses of this machine, inside and outside the tunnel. */
	own: ReadonlySet<Address>;
	/** The tunnel, and what is on a link of this machine: neighbours may trust it more than the internet. */
	nearNetworks: readonly Cidr[];
	/** What DNS has at the names of this home. */
	published: ReadonlySet<Address>;
	/** Endpoints of other homes, and what they publish. */
	others: ReadonlySet<Address>;
}

/**
 * The addresses that may be tried for a home, at most one a family. A home with a key must not scan through the relay:
 * IPv4 only where WireGuard shows it; IPv6 there too, or where DNS says that the home is, unless it is somebody else's.
 */
export function targetsOf({ addresses }: Pick<ReachReport, "addresses">, around: Surroundings): Address[] {
	const targets = addresses.filter(
		(address) =>
			isGlobalUnicast(address) &&
			!around.own.has(address) &&
			!around.nearNetworks.some((network) => inNetwork(address, network)) &&
			(address === around.endpoint ||
				(familyOf(address) === 6 && around.published.has(address) && !around.others.has(address))),
	);
	return ([4, 6] as const).flatMap((family) => targets.find((one) => familyOf(one) === family) ?? []);
}

/** The ports that may be tried, each once. */
export function portsOf({ ports }: Pick<ReachReport, "ports">): number[] {
	return reachPorts.filter((port) => ports.includes(port));
}
