import type { LocalAddress } from "../../../agent/address/read-link.ts";
import { parseAddress } from "../../../shared/address.ts";

/** An address on eth0 that stays, unless said otherwise. */
export function local(text: string, changes: Partial<LocalAddress> = {}): LocalAddress {
	return {
		address: parseAddress(text),
		interface: "eth0",
		way: "spare",
		temporary: false,
		deprecated: false,
		tentative: false,
		duplicate: false,
		preferredFor: Number.POSITIVE_INFINITY,
		...changes,
	};
}
