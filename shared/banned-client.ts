import { type Address, type Cidr, familyOf, networkOf, parseAddress, parseCidr } from "./address.ts";

/** Bits that tell one client from another: an IPv6 client has a /64 to itself, and another address each minute (RFC 8981). */
const lengths = { 4: 32, 6: 64 } as const;

/** What is refused when this address is banned. */
export function clientOf(address: Address): Cidr {
	return networkOf(address, lengths[familyOf(address)]);
}

/** Reads a client, given as an address or as a network of its own; throws a RangeError on anything else. */
export function parseClient(text: string): Cidr {
	if (!text.includes("/")) return clientOf(parseAddress(text));
	const network = parseCidr(text);
	const client = clientOf(parseAddress(network.slice(0, network.indexOf("/"))));
	if (client !== network)
		throw new RangeError(
			`"${text.slice(0, 60)}" is not one client: expected an address, a /32 or an IPv6 /64`,
		);
	return client;
}

/** A client as people write it: an IPv4 client is an address. */
export function clientText(client: Cidr): string {
	return client.replace(/\/32$/, "");
}
