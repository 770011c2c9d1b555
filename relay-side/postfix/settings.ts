import { elementsOf, withoutElement } from "../../shared/postfix/list.ts";
import {
	type Change,
	elementChange,
	type PostfixLook,
	type PostfixNow,
	parameterChange,
} from "../../shared/postfix/settings.ts";
import { restrictionChanges, restrictionNotes, restrictionParameters } from "./restrictions.ts";
import type { PostfixWants } from "./wants.ts";

/** The net under a missing transport entry: mail waits instead of bouncing (error(8)). */
export const waitingTransport = "retry:4.3.0 the way to this domain's home is not known at the moment";

const parameters = [
	"transport_maps",
	"relay_domains",
	"relay_transport",
	"parent_domain_matches_subdomains",
	"relay_recipient_maps",
	"recipient_delimiter",
	"smtp_tls_security_level",
	"smtp_tls_policy_maps",
	...restrictionParameters,
] as const;

/**
 * The settings of our service, an smtp(8) client of its own so that homes that are away cannot take the processes of
 * other mail. A client on the outside address, with the outside's fallback, would never get through the tunnel.
 */
const serviceSettings: ReadonlyMap<string, string> = new Map([
	["syslog_name", "postfix/heimweg"],
	["smtp_connect_timeout", "5s"],
	["inet_interfaces", "all"],
	["inet_protocols", "all"],
	["smtp_bind_address", ""],
	["smtp_bind_address6", ""],
	["smtp_fallback_relay", ""],
	// A home that takes it logs which client a mail came from (XFORWARD_README).
	["smtp_send_xforward_command", "yes"],
]);

/**
 * Authorities' certificates are loaded at each start of a client, which is most of what that costs, and a burst for homes
 * that are away starts hundreds. The tunnel vouches for the home; whoever wants certificates to do so keeps them.
 */
const withoutAuthorities: ReadonlyMap<string, string> = new Map([
	["smtp_tls_CAfile", ""],
	["smtp_tls_CApath", ""],
]);

/** Whether certificates may decide about mail to a home, be it by the level for all or by a policy for some. */
function verifies({ overrides, inForce }: PostfixNow): boolean {
	const value = (name: string) => overrides.get(name) ?? inForce.get(name) ?? "";
	return (
		/^(verify|secure)$|\$/.test(value("smtp_tls_security_level")) ||
		value("smtp_tls_policy_maps").trim() !== ""
	);
}

function wantedOfService(now: PostfixNow, hold: boolean): ReadonlyMap<string, string> {
	const own = [...withoutAuthorities.keys()].some((name) => now.overrides.get(name));
	const authorities = own || verifies(now) ? [] : withoutAuthorities;
	return new Map([...serviceSettings, ...authorities, ...holding(now, hold)]);
}

/** With soft_bounce what a home refuses for good waits; it is said only where it is wanted, or was. */
function holding({ overrides }: PostfixNow, hold: boolean): ReadonlyMap<string, string> {
	if (!hold && !overrides.has("soft_bounce")) return new Map();
	return new Map([["soft_bounce", hold ? "yes" : "no"]]);
}

/** Where the authorities were left out before somebody wanted them. */
function authorityNotes(now: PostfixNow, service: string): string[] {
	const left = [...withoutAuthorities.keys()].filter((name) => now.overrides.get(name) === "");
	if (left.length === 0 || !verifies(now)) return [];
	const remedy = left.map((name) => `postconf -PX ${service}/unix/${name}`).join(" && ");
	return [
		`mail to the homes may be meant to need a certificate, but service ${service} loads no authorities'; if so: ${remedy}`,
	];
}

/**
 * How many mails are delivered into the tunnel at once, all homes together: enough that the mails of 200 homes that
 * are away, each waiting for its connect to time out, leave some for a home that is there.
 */
const processes = 300;

/** At first one connection to a home, more while it takes mail: a home that is away holds one process, not five. */
function concurrencyOf(service: string): string {
	return `${service}_initial_destination_concurrency`;
}

/** What of Postfix's configuration is to be read. */
export function lookFor(service: string): PostfixLook {
	return { parameters: [...parameters, concurrencyOf(service)], expanded: ["relay_domains"], service };
}

/** What has to change, and what is left alone on purpose, as sentences. */
export function neededChanges(now: PostfixNow, wants: PostfixWants): { changes: Change[]; notes: string[] } {
	const changes: Change[] = [];
	const notes: string[] = [];

	changes.push(
		...elementChange(now, {
			name: "transport_maps",
			element: wants.transport,
			first: true,
			essential: true,
			why: "mail for a home's domain goes into the tunnel; your own maps are asked after Heimweg's",
		}),
	);

	const relayed = now.inForce.get("relay_domains") ?? "";
	const ownExpanded = withoutElement(now.expanded.get("relay_domains") ?? "", wants.relayDomains);
	changes.push(
		...elementChange(now, {
			name: "relay_domains",
			element: wants.relayDomains,
			first: false,
			rest: ownExpanded && withoutElement(relayed, wants.relayDomains),
			essential: true,
			why: "mail for the homes' domains is accepted",
		}),
	);

	if (ownExpanded) {
		notes.push(
			`relay_transport and parent_domain_matches_subdomains stay as they are, because this Postfix relays for other domains too (${ownExpanded})`,
		);
	} else {
		changes.push(...netChanges(now));
	}
	changes.push(...recipientChanges(now, wants, ownExpanded !== ""));
	if (ownExpanded && !now.inForce.get("relay_recipient_maps")) {
		notes.push(
			`relay_recipient_maps is not set, because it would refuse all mail for the other domains that this Postfix relays for; to have unknown users of the homes refused here too, set it to a map of those domains' valid recipients, and run this again`,
		);
	}
	changes.push(...serviceChanges(now, wants));
	changes.push(
		...parameterChange(now, {
			name: concurrencyOf(wants.service),
			after: "1",
			essential: false,
			why: "many homes that are away do not slow down the mail of one that is there",
		}),
	);
	changes.push(...restrictionChanges(now, wants));
	notes.push(...authorityNotes(now, wants.service), ...restrictionNotes(now));
	return { changes, notes };
}

/** An empty relay_recipient_maps lets everything through; with our map in it, other relayed domains need one too. */
function recipientChanges(now: PostfixNow, wants: PostfixWants, relaysForOthers: boolean): Change[] {
	const changes: Change[] = [];
	if (!relaysForOthers || now.inForce.get("relay_recipient_maps")) {
		changes.push(
			...elementChange(now, {
				name: "relay_recipient_maps",
				element: wants.relayRecipients,
				first: false,
				essential: false,
				why: "mail to users that a home does not have is refused at once",
			}),
		);
	}
	const delimiter = now.inForce.get("recipient_delimiter") ?? "";
	if (!delimiter.includes("+")) {
		changes.push({
			is: "parameter",
			name: "recipient_delimiter",
			before: now.set.get("recipient_delimiter"),
			after: `${delimiter}+`,
			essential: false,
			why: "anna+shop@ is valid where anna@ is",
		});
	}
	return changes;
}

function netChanges(now: PostfixNow): Change[] {
	const changes = parameterChange(now, {
		name: "relay_transport",
		after: waitingTransport,
		essential: false,
		why: "should a home's domain ever be missing from the transport map, its mail waits instead of bouncing",
	});
	const name = "parent_domain_matches_subdomains";
	const users = elementsOf(now.inForce.get(name) ?? "");
	if (users.includes("relay_domains")) {
		changes.push({
			is: "parameter",
			name,
			before: now.set.get(name),
			after: users.filter((user) => user !== "relay_domains").join(", "),
			essential: false,
			why: "a home's domain does not stand for its subdomains too, which no home takes mail for",
		});
	}
	return changes;
}

function serviceChanges(now: PostfixNow, { service, hold }: PostfixWants): Change[] {
	const why =
		"the homes get an smtp client of their own, so that homes that are away cannot hold up other mail";
	const [, , , , , , , program] = now.service?.split(" ") ?? [];
	if (program !== "smtp") {
		const settings = [...wantedOfService(now, hold)].map(([name, value]) => `-o ${name}=${value}`);
		const after = [service, "unix", "-", "-", now.chroot, "-", processes, "smtp", ...settings].join(" ");
		return [{ is: "service", name: service, before: now.service, after, essential: true, why }];
	}
	return [...wantedOfService(now, hold)]
		.filter(([name, value]) => now.overrides.get(name) !== value)
		.map(([name, after]) => {
			const before = now.overrides.get(name);
			return { is: "override", service, name, before, after, essential: false, why };
		});
}
