import { domainForms } from "../../shared/domain-name.ts";
import type { Registry } from "../facts.ts";
import { isDomainKey, isOurRoute, type MapName, relayed, retryRoute, routeOf } from "../postfix/entry.ts";

/** What the registry wants of domains: the route of each that is served, and which have to wait. */
export interface WantedRoutes {
	routes: ReadonlyMap<string, string>;
	deferred: ReadonlySet<string>;
	/** False while a home file is not understood: entries that nobody wants are then left alone. */
	complete: boolean;
	service: string;
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

/** Computes what is wanted of all domains, in each form that Postfix may meet. */
export function wantedRoutes(registry: Registry, service: string): WantedRoutes {
	const routes = new Map<string, string>();
	for (const home of registry.homes.values()) {
		const route = routeOf(home, service);
		for (const domain of home.domains.flatMap(domainForms)) routes.set(domain, route);
	}
	const deferred = new Set([...registry.deferred].flatMap(domainForms));
	return { routes, deferred, complete: registry.complete, service };
}

/**
 * The domains among the observed and the remembered that are no longer wanted, but may still have mail here. What
 * somebody else wrote into our maps, and never was a domain of the relay, is not among them.
 */
export function leavingDomains(
	wanted: WantedRoutes,
	observed: ObservedRoutes,
	remembered: ReadonlySet<string>,
): Set<string> {
	const leaving = new Set<string>();
	if (!wanted.complete) return leaving;
	const consider = (domain: string) => {
		if (isDomainKey(domain) && !isWanted(wanted, domain)) leaving.add(domain);
	};
	for (const domain of observed.relayDomains) consider(domain);
	for (const [domain, route] of observed.transport) if (isOurRoute(route, wanted.service)) consider(domain);
	for (const domain of remembered) consider(domain);
	return leaving;
}

/**
 * The steps from what is observed to what is wanted, in an order in which every domain in relay_domains, and every
 * domain that may have mail waiting, has a transport entry at all times: without one Postfix bounces. `leaving` keep
 * a `retry:` entry; removing it is for later, when none of their mail is queued.
 */
export function planRoutes(
	wanted: WantedRoutes,
	observed: ObservedRoutes,
	leaving: ReadonlySet<string>,
): RouteStep[] {
	const { transport, relayDomains } = observed;
	const enter = new Map<string, string>();
	const join = new Map<string, string>();
	for (const [domain, route] of wanted.routes) {
		if (transport.get(domain) !== route) enter.set(domain, route);
		if (!relayDomains.has(domain)) join.set(domain, relayed);
	}
	for (const domain of wanted.deferred) {
		if (transport.get(domain) !== retryRoute) enter.set(domain, retryRoute);
		// Else whether its mail waits or is refused for good is for main.cf's smtpd_relay_restrictions to say.
		if (!relayDomains.has(domain)) join.set(domain, relayed);
	}
	for (const domain of [...relayDomains, ...leaving]) {
		if (isDomainKey(domain) && !isWanted(wanted, domain) && !transport.has(domain))
			enter.set(domain, retryRoute);
	}

	const leave = new Set<string>();
	const wait = new Map<string, string>();
	const drop = new Set<string>();
	if (wanted.complete) {
		for (const domain of relayDomains) if (!isWanted(wanted, domain)) leave.add(domain);
		for (const domain of leaving) {
			if ((enter.get(domain) ?? transport.get(domain)) !== retryRoute) wait.set(domain, retryRoute);
		}
		for (const domain of transport.keys()) {
			if (!isWanted(wanted, domain) && !leaving.has(domain)) drop.add(domain);
		}
	}
	const steps: RouteStep[] = [
		{ map: "transport", set: enter },
		{ map: "relay_domains", remove: leave },
		{ map: "relay_domains", set: join },
		{ map: "transport", set: wait },
		{ map: "transport", remove: drop },
	];
	return steps.filter((step) => ("set" in step ? step.set.size : step.remove.size) > 0);
}

/** The same wants, of these domains only. */
export function wantedOf(wanted: WantedRoutes, domains: ReadonlySet<string>): WantedRoutes {
	const routes = new Map<string, string>();
	for (const domain of domains) {
		const route = wanted.routes.get(domain);
		if (route !== undefined) routes.set(domain, route);
	}
	const deferred = new Set([...domains].filter((domain) => wanted.deferred.has(domain)));
	return { ...wanted, routes, deferred };
}

/** True when mail for the domain is to be taken, to be delivered or to wait. */
export function isWanted(wanted: WantedRoutes, domain: string): boolean {
	return wanted.routes.has(domain) || wanted.deferred.has(domain);
}
