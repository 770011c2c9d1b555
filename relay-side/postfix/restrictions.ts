import {
	type Change,
	elementChange,
	type PostfixNow,
	parameterChange,
} from "../../shared/postfix/settings.ts";
import { policyService } from "./policy-socket.ts";
import type { PostfixWants } from "./wants.ts";

/**
 * Who may send through this relay. Restriction classes (RESTRICTION_CLASS_README) ask our policy service about the
 * homes' tunnel addresses only, and before anything else: so the internet's mail for the homes never depends on that
 * service, and mail from a home never depends on anything else. A class that has not said yes ends in "not now".
 */
const homesClass = "heimweg_homes";
const checkedClass = "heimweg_checked";

/** Lists that decide whether a mail may be relayed (SMTPD_ACCESS_README); the second is often empty. */
const relayLists = ["smtpd_relay_restrictions", "smtpd_recipient_restrictions"] as const;

/** Lists that could turn a home away before that. */
const otherLists = [
	"smtpd_client_restrictions",
	"smtpd_helo_restrictions",
	"smtpd_sender_restrictions",
] as const;

export const restrictionParameters = [
	checkedClass,
	homesClass,
	"smtpd_restriction_classes",
	...relayLists,
	...otherLists,
	"inet_interfaces",
] as const;

/** What our policy service's silence means: never a refusal, and never a yes. */
const whileDown = "451 4.3.0 this relay cannot check the sender at the moment";

/** The changes, in an order that never leaves a list that names what is not there. */
export function restrictionChanges(
	now: PostfixNow,
	wants: Pick<PostfixWants, "networks" | "relayAddresses">,
): Change[] {
	// Longer than heimweg-relay takes to start anew on a small and busy machine: then no mail waits for an upgrade.
	const service = `${policyService}, timeout=10s, try_limit=16, retry_delay=1s`;
	const clients = [
		...wants.relayAddresses.map((address) => `{${address} DUNNO}`),
		...wants.networks.map((network) => `{${network} ${checkedClass}}`),
	];
	return [
		...parameterChange(now, {
			name: checkedClass,
			after: `check_policy_service { ${service}, { default_action=${whileDown} } }, defer`,
			essential: true,
			why: "heimweg-relay decides what a home may send; while it does not run, that mail waits at home",
		}),
		...parameterChange(now, {
			name: homesClass,
			after: `check_client_access cidr:{ ${clients.join(", ")} }`,
			essential: true,
			why: "this rule is for the homes' tunnel addresses only; mail from elsewhere does not depend on heimweg-relay",
		}),
		...elementChange(now, {
			name: "smtpd_restriction_classes",
			element: `${homesClass}, ${checkedClass}`,
			first: false,
			essential: true,
			why: "Postfix is told the names of these two rules",
		}),
		...relayLists
			.filter((name) => name === relayLists[0] || now.inForce.get(name))
			.flatMap((name) =>
				elementChange(now, {
					name,
					element: homesClass,
					first: true,
					essential: true,
					why: "homes may send to everywhere, with a sender that their home file allows; for others all stays as it is",
				}),
			),
	];
}

/** What could stand in the way of the homes' mail and is its owner's to decide. */
export function restrictionNotes(now: PostfixNow): string[] {
	const notes = otherLists
		.filter((name) => now.inForce.get(name))
		.map((name) => `${name} is set here; see that it does not turn away the homes' tunnel addresses`);
	const interfaces = now.inForce.get("inet_interfaces") ?? "all";
	if (interfaces !== "all") {
		notes.push(
			`inet_interfaces is "${interfaces}", so the homes cannot hand over their mail; set it to "all", and never add a tunnel address: Postfix does not start while it is missing`,
		);
	}
	return notes;
}
