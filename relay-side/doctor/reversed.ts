import { type Address, bytesOf } from "../../shared/address.ts";

/** An address's parts from the last to the first, as reverse zones and lists have them (RFC 1035, 3.5; RFC 3596, 2.5). */
export function reversed(address: Address): string {
	const bytes = [...bytesOf(address)];
	const parts =
		bytes.length === 4 ? bytes.map(String) : bytes.flatMap((one) => [...one.toString(16).padStart(2, "0")]);
	return parts.reverse().join(".");
}

/** Where the name of an address stands. */
export function reverseName(address: Address): string {
	return `${reversed(address)}.${address.includes(":") ? "ip6" : "in-addr"}.arpa`;
}
