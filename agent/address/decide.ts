import {
	type Address,
	type Cidr,
	type Family,
	familyOf,
	inNetwork,
	isGlobalUnicast,
	networkOf,
} from "../../shared/address.ts";
import type { LocalAddress } from "./read-link.ts";
import { byTrust, ownSources, type Sources } from "./sources.ts";

export type Observations = Partial<Record<string, Address>>;

/** What the observations of one family come to. */
export interface Decision {
	/** The public address; undefined when nobody knows one. */
	address?: Address;
	source?: string;
	/** An address that somebody saw and that must not be published. */
	unusable?: { address: Address; source: string };
	/** A trusted source's address that another source contradicts. */
	contradicted?: { address: Address; source: string };
}

/** A change of the public address of a family: what, from, to, and who saw it. */
export interface AddressChange {
	family: Family;
	from: Address | undefined;
	to: Address;
	source: string;
}

/**
 * Resolves what the sources say of one family, by the order of trust. Pure.
 *
 * @param passing addresses of our own that will not stay, see `notePassing`: whoever saw them is not believed
 */
export function decide(
	family: Family,
	seen: Observations,
	alsoPublic: readonly Cidr[],
	passing: ReadonlySet<Address> = new Set(),
	sources: Sources = ownSources,
): Decision {
	const known = byTrust(family, sources).flatMap((source) => {
		const address = seen[source];
		return address && familyOf(address) === family && !passing.has(address) ? [{ source, address }] : [];
	});
	const good = known.filter(({ address }) => isGlobalUnicast(address, alsoPublic));
	const best = good[0];
	const unusable = best ? undefined : known.find(({ source }) => !sources[source]?.beforeNat);
	const contradicted = best && good.find((other) => !agree(family, best.address, other.address));
	return { ...best, ...(unusable ? { unusable } : {}), ...(contradicted ? { contradicted } : {}) };
}

/** In IPv6 a connection may use another (temporary) address of the same /64. */
function agree(family: Family, a: Address, b: Address): boolean {
	return a === b || (family === 6 && inNetwork(b, networkOf(a, 64)));
}

/** Addresses that are remembered as passing, at most. */
const passingLimit = 200;

/**
 * Notes which addresses of our own are temporary (RFC 8981), deprecated or duplicates: a connection may have used one,
 * so that somebody outside saw it, but nothing must be published under it. One that is gone stays noted: who saw it
 * may tell so later.
 */
export function notePassing(passing: Set<Address>, addresses: readonly LocalAddress[]): void {
	for (const local of addresses) {
		passing.delete(local.address);
		if (!mayBePublished(local)) passing.add(local.address);
	}
	for (const oldest of [...passing].slice(0, -passingLimit)) passing.delete(oldest);
}

function mayBePublished({ temporary, deprecated, duplicate }: LocalAddress): boolean {
	return !temporary && !deprecated && !duplicate;
}

/**
 * The address of our own interface that a service should be published under: on an interface with a default route of
 * its family, by the kernel's own choice of them; global, not temporary, not deprecated, no duplicate (a tentative one
 * may be published: if the check fails, it is taken back). Of several, the one that stays preferred longest, but the
 * present one is left only for one that stays more than twice as long.
 */
export function ownAddress(
	family: Family,
	addresses: readonly LocalAddress[],
	present: Address | undefined,
	alsoPublic: readonly Cidr[],
): Address | undefined {
	const reached = addresses.filter(
		(a) =>
			a.way !== "none" &&
			familyOf(a.address) === family &&
			mayBePublished(a) &&
			isGlobalUnicast(a.address, alsoPublic),
	);
	const used = reached.filter((a) => a.way === "used");
	const usable = used.length > 0 ? used : reached;
	const best = usable.reduce<LocalAddress | undefined>(
		(longest, a) => (longest && longest.preferredFor >= a.preferredFor ? longest : a),
		undefined,
	);
	const kept = usable.find((a) => a.address === present);
	return kept && best && kept.preferredFor * 2 >= best.preferredFor ? kept.address : best?.address;
}
