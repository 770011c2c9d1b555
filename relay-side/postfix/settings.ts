import type { RunCommand } from "../../shared/command.ts";

/** What Postfix has to know about Heimweg. */
export interface PostfixWants {
	/** How Postfix names our maps, `lmdb:/var/lib/heimweg-relay/maps/transport`. */
	transport: string;
	relayDomains: string;
	/** The master.cf service that delivers into the tunnel. */
	service: string;
}

/** Postfix's configuration as postconf(1) tells it, as far as it concerns us. */
export interface PostfixNow {
	directory: string;
	/** Values that main.cf sets. */
	set: ReadonlyMap<string, string>;
	/** Values in force, defaults included, as they are written. */
	inForce: ReadonlyMap<string, string>;
	/** What relay_domains comes to, with every $name replaced. */
	relayDomainsExpanded: string;
	/** The line of our service in master.cf, if there is one, and its `-o` settings. */
	service: string | undefined;
	overrides: ReadonlyMap<string, string>;
	/** Whether Postfix's own smtp client runs chrooted: `y`, `n` or `-`. */
	chroot: string;
}

/** One thing to set, in words. `essential`: without it no mail reaches a home. */
export type Change = { why: string; essential: boolean } & (
	| { is: "parameter"; name: string; before: string | undefined; after: string; element?: string }
	| { is: "service"; name: string; before: string | undefined; after: string }
	| { is: "override"; service: string; name: string; before: string | undefined; after: string }
);

/** The net under a missing transport entry: mail waits instead of bouncing (error(8)). */
export const waitingTransport = "retry:4.3.0 the way to this domain's home is not known at the moment";

const parameters = [
	"transport_maps",
	"relay_domains",
	"relay_transport",
	"parent_domain_matches_subdomains",
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
]);

/** How many mails are delivered into the tunnel at once, all homes together. */
const processes = 100;

/** Asks Postfix how it is set up. */
export async function readPostfix(run: RunCommand, service: string): Promise<PostfixNow> {
	const postconf = (...args: string[]) => run("postconf", args);
	const set = settingsIn(await postconf("-n", ...parameters));
	const inForce = settingsIn(await postconf(...parameters));
	const overrides = settingsIn(await postconf("-P", `${service}/unix/*`));
	const line = (await postconf("-M", `${service}/unix`)).trim();
	return {
		directory: (await postconf("-h", "config_directory")).trim(),
		set,
		inForce,
		relayDomainsExpanded: (await postconf("-x", "-h", "relay_domains")).trim(),
		service: line ? oneLine(line) : undefined,
		overrides: new Map([...overrides].map(([name, value]) => [name.split("/").at(-1)!, value])),
		chroot: (await postconf("-F", "-h", "smtp/unix/chroot")).trim() || "n",
	};
}

/** What has to change, and what is left alone on purpose, as sentences. */
export function neededChanges(now: PostfixNow, wants: PostfixWants): { changes: Change[]; notes: string[] } {
	const changes: Change[] = [];
	const notes: string[] = [];

	const routes = now.inForce.get("transport_maps") ?? "";
	const foremost = [wants.transport, withoutElement(routes, wants.transport)].filter(Boolean).join(", ");
	if (!beginsWith(routes, wants.transport)) {
		changes.push({
			is: "parameter",
			name: "transport_maps",
			before: now.set.get("transport_maps"),
			after: foremost,
			element: wants.transport,
			essential: true,
			why: "mail for a home's domain goes into the tunnel; your own maps are asked after Heimweg's",
		});
	}

	const relayed = now.inForce.get("relay_domains") ?? "";
	const own = withoutElement(relayed, wants.relayDomains);
	const ownExpanded = withoutElement(now.relayDomainsExpanded, wants.relayDomains);
	if (!hasElement(relayed, wants.relayDomains)) {
		changes.push({
			is: "parameter",
			name: "relay_domains",
			before: now.set.get("relay_domains"),
			after: [wants.relayDomains, ownExpanded && own].filter(Boolean).join(", "),
			element: wants.relayDomains,
			essential: true,
			why: "mail for the homes' domains is accepted",
		});
	}

	if (ownExpanded) {
		notes.push(
			`relay_transport and parent_domain_matches_subdomains stay as they are, because this Postfix relays for other domains too (${ownExpanded})`,
		);
	} else {
		changes.push(...netChanges(now));
	}
	changes.push(...serviceChanges(now, wants.service));
	return { changes, notes };
}

function netChanges(now: PostfixNow): Change[] {
	const changes: Change[] = [];
	if (now.inForce.get("relay_transport") !== waitingTransport) {
		changes.push({
			is: "parameter",
			name: "relay_transport",
			before: now.set.get("relay_transport"),
			after: waitingTransport,
			essential: false,
			why: "should a home's domain ever be missing from the transport map, its mail waits instead of bouncing",
		});
	}
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

function serviceChanges(now: PostfixNow, service: string): Change[] {
	const why =
		"the homes get an smtp client of their own, so that homes that are away cannot hold up other mail";
	const [, , , , , , , program] = now.service?.split(" ") ?? [];
	if (program !== "smtp") {
		const settings = [...serviceSettings].map(([name, value]) => `-o ${name}=${value}`);
		const after = [service, "unix", "-", "-", now.chroot, "-", processes, "smtp", ...settings].join(" ");
		return [{ is: "service", name: service, before: now.service, after, essential: true, why }];
	}
	return [...serviceSettings]
		.filter(([name, value]) => now.overrides.get(name) !== value)
		.map(([name, after]) => {
			const before = now.overrides.get(name);
			return { is: "override", service, name, before, after, essential: false, why };
		});
}

/** Reads postconf's `name = value` lines. */
function settingsIn(text: string): Map<string, string> {
	const settings = new Map<string, string>();
	for (const line of text.split("\n")) {
		const [, name, value] = /^(\S+) =(?: (.*))?$/.exec(line) ?? [];
		if (name) settings.set(name, (value ?? "").trim());
	}
	return settings;
}

/** The elements of a Postfix list, which commas and white space separate. */
function elementsOf(list: string): string[] {
	return list.split(/[\s,]+/).filter(Boolean);
}

function hasElement(list: string, element: string): boolean {
	return elementsOf(list).includes(element);
}

function beginsWith(list: string, element: string): boolean {
	return elementsOf(list)[0] === element;
}

/** The list without the element, in whatever database type it stands there; the rest as it was written. */
export function withoutElement(list: string, element: string): string {
	const path = element.slice(element.indexOf(":") + 1).replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
	const ours = new RegExp(`(^|[\\s,])[a-z]+:${path}(?:[\\s,]+|$)`, "g");
	return list.replaceAll(ours, "$1").replace(/^[\s,]+|[\s,]+$/g, "");
}

/** A master.cf line with one space between its fields. */
export function oneLine(line: string): string {
	return line.trim().replaceAll(/\s+/g, " ");
}
