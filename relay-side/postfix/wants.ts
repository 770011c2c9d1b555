import type { Address, Cidr } from "../../shared/address.ts";

/** What Postfix has to know about Heimweg. */
export interface PostfixWants {
	/** How Postfix names our maps, `lmdb:/var/lib/heimweg-relay/maps/transport`. */
	transport: string;
	relayDomains: string;
	relayRecipients: string;
	/** The master.cf service that delivers into the tunnel. */
	service: string;
	/** Mail that a home refuses for good is held instead of sent back. */
	hold: boolean;
	/** The tunnel: the homes' networks, and our own addresses in it. */
	networks: readonly Cidr[];
	relayAddresses: readonly Address[];
}
