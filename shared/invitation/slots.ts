import { type Address, addressOfBytes, bytesOf, type Cidr, inNetwork, parseAddress } from "../address.ts";

/** Invitations that may be open at once: each has a slot, an address of its own. */
export const mostSlots = 8;

/**
 * The address of a slot: counted from the top of the network, where homes are not put, without IPv4's broadcast address.
 * Undefined where the network is too small for it.
 */
export function enrolmentAddress(network: Cidr, slot: number): Address | undefined {
	const [first = "", length = ""] = network.split("/");
	const bytes = bytesOf(parseAddress(first));
	const total = bytes.length * 8;
	for (let bit = Number(length); bit < total; bit++) bytes[bit >> 3]! |= 0x80 >> (bit & 7);
	const below = slot + (total === 32 ? 1 : 0);
	const top = Buffer.from(bytes);
	for (let at = top.length - 1, left = below; left > 0 && at >= 0; at--) {
		const value = top[at]! - (left & 0xff);
		top[at] = value & 0xff;
		left = (left >> 8) + (value < 0 ? 1 : 0);
	}
	const address = addressOfBytes(top);
	return inNetwork(address, network) && address !== first ? address : undefined;
}
