import { asciiDomain, domainForms } from "../../shared/domain-name.ts";
import { slices } from "../../shared/slices.ts";
import type { Home, Registry } from "../facts.ts";
import { isDomainKey, isOurRoute, type MapName, relayed, retryRoute, routeOf } from "../postfix/entry.ts";

/** What the registry wants of some domains, or of all: the route of each that is served, and which have to wait. */
export interface WantedRoutes {
	routes: ReadonlyMap<string, string>;
	deferred: ReadonlySet<string>;
	/** True when mail for a domain, be it among these or not, is to be taken, to be delivered or to wait. */
	isWanted(domain: string): boolean;
	/** False while a home file is not understood: entries that nobody wants are then left alone. */
	complete: boolean;
	service: string;
}

/** Whom the registry serves, and whose a domain is. */
export interface Served {
	registry: Registry;
	byDomain: ReadonlyMap<string, Home>;
}

/** The entries that our maps have now; of some domains, or of all. */
export interface ObservedRoutes {
	transport: ReadonlyMap<string, string>;
	relayDomains: ReadonlySet<string>;
}

/** One write; after each of them, and between any two, no mail bounces. */
export type RouteStep =
	| { map: MapName; set: ReadonlyMap<string, string> }
	| { map: MapName; remove: ReadonlySet<string> };

/** Computes what is wanted of all domains, or of these, in each form that Postfix may meet. */
export async function wantedRoutes(
	{ registry, byDomain }: Served,
	service: string,
	some?: Iterable<string>,
): Promise<WantedRoutes> {
	const routes = new Map<string, string>();
	const deferred = new Set<string>();
	const slice = slices();
	/** A home's domains have one route. */
	let last: { home: Home; route: string } | undefined;
	for (const domain of some ? new Set([...some].map(asciiForm)) : byDomain.keys()) {
		const home = byDomain.get(domain);
		if (home && last?.home !== home) last = { home, route: routeOf(home, service) };
		if (home) for (const form of domainForms(domain)) routes.set(form, last!.route);
		if (slice.due()) await slice.turn();
	}
	for (const domain of some ?? registry.deferred) {
		const ascii = asciiForm(domain);
		if (registry.deferred.has(ascii)) for (const form of domainForms(ascii)) deferred.add(form);
	}
	const isKnown = (ascii: string) => byDomain.has(ascii) || registry.deferred.has(ascii);
	const isWanted = (domain: string) => {
		// As nearly all are: to find out the form of a hundred thousand takes longer than all else.
		if (isKnown(domain)) return true;
		const ascii = asciiForm(domain);
		return ascii !== domain && isKnown(ascii) && domainForms(ascii).includes(domain);
	};
	return { routes, deferred, isWanted, complete: registry.complete, service };
}

function asciiForm(domain: string): string {
	return asciiDomain(domain) ?? domain;
}

/**
 * The domains among the observed and the remembered that are no longer wanted, but may still have mail here. What
 * somebody else wrote into our maps, and never was a domain of the relay, is not among them.
 */
export async function leavingDomains(
	wanted: WantedRoutes,
	observed: ObservedRoutes,
	remembered: Iterable<string>,
): Promise<Set<string>> {
	const leaving = new Set<string>();
	if (!wanted.complete) return leaving;
	const slice = slices();
	const consider = (domain: string) => {
		if (isDomainKey(domain) && !wanted.isWanted(domain)) leaving.add(domain);
	};
	for (const domain of observed.relayDomains) {
		consider(domain);
		if (slice.due()) await slice.turn();
	}
	for (const [domain, route] of observed.transport) {
		if (isOurRoute(route, wanted.service)) consider(domain);
		if (slice.due()) await slice.turn();
	}
	for (const domain of remembered) consider(domain);
	return leaving;
}

/**
 * The steps from what is observed to what is wanted, in an order in which every domain in relay_domains, and every
 * domain that may have mail waiting, has a transport entry at all times: without one Postfix bounces. `leaving` keep
 * a `retry:` entry; removing it is for later, when none of their mail is queued.
 */
export async function planRoutes(
	wanted: WantedRoutes,
	observed: ObservedRoutes,
	leaving: ReadonlySet<string>,
): Promise<RouteStep[]> {
	const { transport, relayDomains } = observed;
	const slice = slices();
	const enter = new Map<string, string>();
	const join = new Map<string, string>();
	for (const [domain, route] of wanted.routes) {
		if (transport.get(domain) !== route) enter.set(domain, route);
		if (!relayDomains.has(domain)) join.set(domain, relayed);
		if (slice.due()) await slice.turn();
	}
	for (const domain of wanted.deferred) {
		if (transport.get(domain) !== retryRoute) enter.set(domain, retryRoute);
		// Else whether its mail waits or is refused for good is for main.cf's smtpd_relay_restrictions to say.
		if (!relayDomains.has(domain)) join.set(domain, relayed);
	}
	for (const some of [relayDomains, leaving]) {
		for (const domain of some) {
			if (isDomainKey(domain) && !wanted.isWanted(domain) && !transport.has(domain))
				enter.set(domain, retryRoute);
			if (slice.due()) await slice.turn();
		}
	}

	const leave = new Set<string>();
	const wait = new Map<string, string>();
	const drop = new Set<string>();
	if (wanted.complete) {
		for (const domain of relayDomains) {
			if (!wanted.isWanted(domain)) leave.add(domain);
			if (slice.due()) await slice.turn();
		}
		for (const domain of leaving) {
			if ((enter.get(domain) ?? transport.get(domain)) !== retryRoute) wait.set(domain, retryRoute);
		}
		for (const domain of transport.keys()) {
			if (!wanted.isWanted(domain) && !leaving.has(domain)) drop.add(domain);
			if (slice.due()) await slice.turn();
		}
	}
	const steps: RouteStep[] = [
		{ map: "transport", set: enter },
		// Who comes waits for nobody who goes.
		{ map: "relay_domains", set: join },
		{ map: "relay_domains", remove: leave },
		{ map: "transport", set: wait },
		{ map: "transport", remove: drop },
	];
	return steps.filter((step) => ("set" in step ? step.set.size : step.remove.size) > 0);
}
