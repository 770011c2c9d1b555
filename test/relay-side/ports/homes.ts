import type { Home } from "../../../relay-side/facts.ts";
import { parseAddress } from "../../../shared/address.ts";

/** A home as the relay serves it, with these keys of its file. */
export function homeWith(
	id: string,
	at: number,
	more: Record<string, unknown> = {},
	domains = [`${id}.example`],
): Home {
	return {
		id,
		publicKey: "",
		addresses: [parseAddress(`10.86.0.${at}`)],
		domains,
		mailPort: 25,
		senders: "own",
		more,
	};
}

export function homesOf(...homes: Home[]) {
	return {
		homes: new Map(homes.map((home) => [home.id, home])),
		byDomain: new Map(homes.flatMap((home) => home.domains.map((domain) => [domain, home] as const))),
	};
}
