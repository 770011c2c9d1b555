import type { Address, Family } from "../../shared/address.ts";
import { say } from "../../shared/words/say.ts";

type PerFamily<T> = Record<Family, T | undefined>;

/** What is known of the ways by which mail programs may get here. */
export interface Ways {
	/** Under which public address others see this line. */
	line: PerFamily<Address>;
	/** Since when the line is known to have no address of that family; milliseconds, steady. */
	goneSince: PerFamily<number>;
	/** The line's address that is proven to lead here from outside, and the one that is proven not to. */
	reached: PerFamily<Address>;
	refuted: PerFamily<Address>;
	/** Where the relay takes our clients; "gone": nowhere. */
	relay: PerFamily<Address | "gone">;
}

/** Which `dns.via` suits this line; undefined: not known. */
export interface Suits {
	via: "direct" | "relay" | undefined;
	because: string;
}

/**
 * Judges whether mail programs get to this line by themselves, or only through the relay. IPv4 decides: a phone in a network
 * without IPv6 has nothing else, and who has only IPv6 reaches an IPv4 address by its provider's NAT64 (RFC 6146). Pure.
 */
export function suitingVia({ line, goneSince, reached, refuted, relay }: Ways): Suits {
	const address = line[4];
	const closed = whyClosed(address, goneSince[4], refuted[4]);
	if (closed !== undefined) {
		const takes = relay[4] !== undefined && relay[4] !== "gone";
		if (takes) return { via: "relay", because: closed };
		return { via: undefined, because: say`${closed}; and the relay has not said that it takes our clients` };
	}
	if (address !== undefined && reached[4] === address)
		return { via: "direct", because: say`from outside, this line was reached at ${address}` };
	return {
		via: undefined,
		because: say`nobody has proven yet whether this line is reached from outside by IPv4`,
	};
}

/** Why no client gets to this line by IPv4; undefined when it may. CGNAT, DS-Lite, or a router that forwards nothing. */
function whyClosed(
	address: Address | undefined,
	goneSince: number | undefined,
	refuted: Address | undefined,
): string | undefined {
	if (address === undefined)
		return goneSince === undefined ? undefined : say`this line has no public IPv4 address`;
	if (refuted === address)
		return say`from outside, nobody gets to this line at ${address}: it is the carrier's, or the router forwards nothing`;
	return undefined;
}
