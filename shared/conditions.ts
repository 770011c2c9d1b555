import { messageOf, remedyOf } from "./errors.ts";
import { condition } from "./health.ts";

/** What can be wrong on either side, each declared once. */

export interface Failure {
	error: string;
	remedy?: string;
}

/** What an error says, as a condition's details. */
export function failureOf(error: unknown): Failure {
	const remedy = remedyOf(error);
	return { error: messageOf(error), ...(remedy ? { remedy } : {}) };
}

export const guardFailing = condition<Failure>({
	code: "guard.failing",
	severity: "error",
	title: "the tunnel addresses are not guarded",
	blocksMail: true,
	audience: "homes",
	visibleAfter: 0,
	text: ({ error }) => `the nftables table that guards the tunnel addresses cannot be set: ${error}`,
	remedy: ({ remedy }) =>
		remedy ?? 'look whether "nft list ruleset" works, and whether another program deletes the table',
});

export const networkOverlap = condition<{ network: string; route: string }>({
	code: "tunnel.network_overlap",
	severity: "error",
	title: "the tunnel's network is also used by this machine's own",
	visibleAfter: 0,
	text: ({ network, route }) => `the tunnel network ${network} overlaps the local route ${route}`,
	remedy: () => "choose another tunnel network on both sides, or renumber the local one",
});
