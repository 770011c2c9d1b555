import {
	type Address,
	addressOfBytes,
	bytesOf,
	type Cidr,
	familyOfCidr,
	inNetwork,
} from "../../shared/address.ts";
import { HeimwegError } from "../../shared/errors.ts";
import { enrolmentAddress, mostSlots } from "../../shared/invitation/slots.ts";

/** More addresses than any relay has homes: a large network is not searched further. */
const mostTried = 1_000_000;

/** A slot that nobody has, and its address; throws a HeimwegError when all are taken. */
export function freeSlot(
	network: Cidr,
	taken: { slots: ReadonlySet<number>; addresses: ReadonlySet<Address> },
): { slot: number; address: Address } {
	if (taken.slots.size < mostSlots) {
		// One that a home has by its file is passed over.
		for (let slot = 0; slot < 4 * mostSlots; slot++) {
			const address = enrolmentAddress(network, slot);
			if (!address) break;
			if (!taken.slots.has(slot) && !taken.addresses.has(address)) return { slot, address };
		}
	}
	throw new HeimwegError(
		taken.slots.size > 0
			? `${taken.slots.size} invitations are open at once, and there is room for no more in ${network}`
			: `no address is free in ${network} for an invitation`,
		{
			remedy:
				'wait until some have joined, or end one with "heimweg-relay remove HOME"; "heimweg-relay admit" needs no such address',
		},
	);
}

/**
 * Addresses for a home, one in each network, from the bottom, and the same number in all where that is free. Those at the
 * top are left to invitations. Throws a HeimwegError when a network is full.
 */
export function freeAddresses(networks: readonly Cidr[], taken: ReadonlySet<Address>): Address[] {
	const found = new Map<Cidr, Address>();
	for (let host = 1; ; host++) {
		const at = (network: Cidr) => hostOf(network, host);
		const fits = (network: Cidr) => !taken.has(at(network)) && isForHomes(network, at(network));
		// Of thousands most are taken in the first network already, and nothing else is asked then.
		if (networks.every((network) => !taken.has(at(network))) && networks.every(fits)) return networks.map(at);
		// Where no number is free in all, any will do.
		for (const network of networks) if (!found.has(network) && fits(network)) found.set(network, at(network));
		const full = networks.find((network) => !found.has(network) && host >= sizeOf(network));
		if (full !== undefined) throw noRoom(full);
		if (found.size === networks.length && networks.some((network) => host >= sizeOf(network)))
			return networks.map((network) => found.get(network)!);
	}
}

function noRoom(network: Cidr): HeimwegError {
	return new HeimwegError(`no address is free in ${network} for another home`, {
		remedy:
			'remove a home that is no longer needed, or choose a larger network in "tunnel.networks" on both sides',
	});
}

function sizeOf(network: Cidr): number {
	return Math.min(2 ** bitsOf(network), mostTried);
}

function bitsOf(network: Cidr): number {
	return (familyOfCidr(network) === 4 ? 32 : 128) - Number(network.slice(network.indexOf("/") + 1));
}

/** The address with this number in the network, or behind its end. */
function hostOf(network: Cidr, host: number): Address {
	const bytes = bytesOf(network.slice(0, network.indexOf("/")) as Address);
	for (let at = bytes.length - 1, left = host; left > 0 && at >= 0; at--) {
		const value = bytes[at]! + (left & 0xff);
		bytes[at] = value & 0xff;
		left = (left >> 8) + (value >> 8);
	}
	return addressOfBytes(bytes);
}

/** Inside, and not what invitations may need; of a small network that is one address. */
function isForHomes(network: Cidr, address: Address): boolean {
	return inNetwork(address, network) && !isAmongTop(network, address, bitsOf(network) >= 5 ? mostSlots : 1);
}

function isAmongTop(network: Cidr, address: Address, many: number): boolean {
	if (familyOfCidr(network) === 4 && isBroadcast(network, address)) return true;
	for (let slot = 0; slot < many; slot++) if (enrolmentAddress(network, slot) === address) return true;
	return false;
}

function isBroadcast(network: Cidr, address: Address): boolean {
	const next = bytesOf(address);
	let at = next.length - 1;
	while (at >= 0 && next[at] === 0xff) next[at--] = 0;
	if (at >= 0) next[at]! += 1;
	return !inNetwork(addressOfBytes(next), network);
}
