import { isIPv4, isIPv6 } from "node:net";
import ipaddr from "ipaddr.js";

/** An IPv4 or IPv6 address in canonical text (RFC 5952), without a zone. */
export type Address = string & { readonly __brand: "Address" };

/** A network in canonical text, `10.86.0.0/24`. */
export type Cidr = string & { readonly __brand: "Cidr" };

export type Family = 4 | 6;

/** Reads an address; IPv4 must be dotted quads, an IPv4-mapped IPv6 address becomes IPv4. Throws on anything else. */
export function parseAddress(text: string): Address {
	// Dotted quads without leading zeros have one form. The library finds out what is none by throwing, which takes long.
	if (isIPv4(text)) return text as Address;
	if (isIPv6(text) && !text.includes("%")) {
		const parsed = ipaddr.IPv6.parse(text);
		const plain = parsed.isIPv4MappedAddress() ? parsed.toIPv4Address() : parsed;
		return (plain.kind() === "ipv6" ? (plain as ipaddr.IPv6).toRFC5952String() : plain.toString()) as Address;
	}
	throw new RangeError(`"${text.slice(0, 60)}" is not an IP address`);
}

/** Reads `address/length` with no bits set behind the length. Throws on anything else. */
export function parseCidr(text: string): Cidr {
	const [, host = "", length = ""] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? [];
	const address = host && parseAddress(host);
	if (!address || Number(length) > (familyOf(address) === 4 ? 32 : 128)) {
		throw new RangeError(`"${text.slice(0, 60)}" is not a network like 10.86.0.0/24`);
	}
	const network = networkOf(address, Number(length));
	if (network !== `${address}/${Number(length)}`) {
		throw new RangeError(`"${text}" has bits set behind its length; the network is ${network}`);
	}
	return network;
}

export function familyOf(address: Address): Family {
	return address.includes(":") ? 6 : 4;
}

export function familyOfCidr(network: Cidr): Family {
	return network.includes(":") ? 6 : 4;
}

/** The network of this length that the address lies in. */
export function networkOf(address: Address, length: number): Cidr {
	const kind = familyOf(address) === 4 ? ipaddr.IPv4 : ipaddr.IPv6;
	const first = parseAddress(kind.networkAddressFromCIDR(`${address}/${length}`).toString());
	return `${first}/${length}` as Cidr;
}

/** True when the address lies in the network. */
export function inNetwork(address: Address, network: Cidr): boolean {
	if (familyOf(address) !== familyOfCidr(network)) return false;
	const [base, length] = ipaddr.parseCIDR(network);
	return ipaddr.parse(address).match(base as ipaddr.IPv4, length);
}

/** True when the two networks share an address. */
export function networksOverlap(a: Cidr, b: Cidr): boolean {
	const [baseA, lengthA] = ipaddr.parseCIDR(a);
	const [baseB, lengthB] = ipaddr.parseCIDR(b);
	if (baseA.kind() !== baseB.kind()) return false;
	return baseA.match(baseB as ipaddr.IPv4, Math.min(lengthA, lengthB));
}

/** True for an address that the whole internet may be told of; `alsoPublic` names exceptions, for a lab. */
export function isGlobalUnicast(address: Address, alsoPublic: readonly Cidr[] = []): boolean {
	if (alsoPublic.some((network) => inNetwork(address, network))) return true;
	const parsed = ipaddr.parse(address);
	if (parsed.range() !== "unicast") return false;
	// RFC 4291: global unicast space in use is 2000::/3; everything else is reserved.
	return parsed.kind() === "ipv4" || parsed.match(ipaddr.IPv6.parse("2000::"), 3);
}

const privateRanges = new Set([
	"private",
	"uniqueLocal",
	"loopback",
	"linkLocal",
	"carrierGradeNat",
	"unspecified",
]);

/** True for an address that is not the internet's (RFC 1918, 3927, 4193, 6598, loopback). */
export function isPrivate(address: Address): boolean {
	return privateRanges.has(ipaddr.parse(address).range());
}

/** The 4 or 16 bytes of an address, network order. */
export function bytesOf(address: Address): Buffer {
	return Buffer.from(ipaddr.parse(address).toByteArray());
}

/** Writes an address's bytes. To read one anew takes as long as all the rest of an answer; IPv4 is done by hand. */
export function writeAddress(address: Address, into: Buffer, at: number): void {
	if (familyOf(address) === 6) {
		bytesOf(address).copy(into, at);
		return;
	}
	let byte = 0;
	for (let index = 0, place = at; index <= address.length; index++) {
		const sign = address.charCodeAt(index);
		if (sign >= 0x30) byte = 10 * byte + sign - 0x30;
		else {
			into[place++] = byte;
			byte = 0;
		}
	}
}

/** The address that 4 or 16 bytes spell. */
export function addressOfBytes(bytes: Buffer): Address {
	return parseAddress(ipaddr.fromByteArray([...bytes]).toString());
}

/** An address and a UDP port, as `wg` writes it: `198.51.100.7:51820`, `[2001:db8::1]:51820`. */
export interface Endpoint {
	address: Address;
	port: number;
}

/** Reads an endpoint whose host is an address. Throws on anything else. */
export function parseEndpoint(text: string): Endpoint {
	const [, six, four, port] = /^(?:\[([^\]%]+)(?:%[^\]]+)?\]|([^:]+)):(\d{1,5})$/.exec(text) ?? [];
	const number = Number(port);
	if (!port || number < 1 || number > 65_535) throw new RangeError(`"${text}" is not an address with a port`);
	return { address: parseAddress((six ?? four)!), port: number };
}

/** The text that `wg` takes for an endpoint. */
export function endpointText({ address, port }: Endpoint): string {
	return familyOf(address) === 6 ? `[${address}]:${port}` : `${address}:${port}`;
}
