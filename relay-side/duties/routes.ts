import { z } from "zod";
import { hostnameSchema } from "../../shared/config.ts";
import { createDuty, type Duty, type DutyRun } from "../../shared/duty.ts";
import type { Health } from "../../shared/health.ts";
import type { Logger } from "../../shared/log.ts";
import type { StateFile } from "../../shared/state.ts";
import type { Registry } from "../homes/registry.ts";
import { mapDamaged, routesFailing } from "../postfix/conditions.ts";
import { type Entries, isDomainKey, type MapName, relayed, retryRoute } from "../postfix/entry.ts";
import { MapDamaged, type MapStore } from "../postfix/maps.ts";
import { type ListQueue, queuedAmong } from "../postfix/queue.ts";
import {
	isWanted,
	leavingDomains,
	type ObservedRoutes,
	planRoutes,
	type RouteStep,
	type WantedRoutes,
	wantedOf,
	wantedRoutes,
} from "./route-plan.ts";

/** Domains that are no longer served and may still have mail waiting, across restarts. */
export const leavingSchema = z.object({ leaving: z.array(hostnameSchema) });
export type Leaving = z.infer<typeof leavingSchema>;

export interface RoutesOptions {
	maps: MapStore;
	/** The registry as it is now. */
	registry(): Registry;
	listQueue: ListQueue;
	/** Remembers the leaving domains, for the day when the map that holds them is damaged. */
	state: StateFile<Leaving>;
	health: Health;
	log: Logger;
	/** The master.cf service that delivers into the tunnel; `heimweg` by default. */
	service?: string;
	/** Milliseconds that a leaving domain's queue must have been seen empty before its `retry:` entry goes. */
	patience?: number;
	/** Milliseconds, steadily growing. */
	now?: () => number;
}

/** The subject that stands for all domains. */
const all = "*";

/** A mail whose RCPT was accepted before the domain left may still be coming in: smtpd(8) waits 300 s for a client. */
const defaultPatience = 15 * 60_000;

/**
 * The duty that keeps Postfix's maps as the registry says. Its subjects are domains; a poke without one looks at the
 * whole maps, finds what somebody else changed, and lets go of domains whose last mail is gone.
 */
export function createRoutes(options: RoutesOptions): Duty {
	const { maps, state, health, log } = options;
	const service = options.service ?? "heimweg";
	const patience = options.patience ?? defaultPatience;
	const now = options.now ?? (() => performance.now());
	/** Since when a leaving domain had no mail in the queue. */
	const emptySince = new Map<string, number>();
	let remembered: Set<string> | undefined;

	async function run({ subjects, signal }: DutyRun): Promise<void> {
		remembered ??= new Set((await state.read())?.leaving);
		const wanted = wantedRoutes(options.registry(), service);
		let some = subjects.has(all) ? undefined : subjects;
		let observed = await observe(some);
		if (Array.isArray(observed)) {
			await mend(wanted, remembered);
			some = undefined;
			observed = await observe(some);
			if (Array.isArray(observed)) throw observed[0];
		}
		const scope = some ? wantedOf(wanted, some) : wanted;
		const known = some ? intersection(remembered, some) : remembered;
		const leaving = leavingDomains(scope, observed, known);
		await remember(new Set([...remembered, ...leaving].filter((domain) => !isWanted(wanted, domain))));
		for (const step of planRoutes(scope, observed, leaving)) {
			signal.throwIfAborted();
			await take(step);
		}
		if (leaving.size > 0) await release(leaving, signal);
	}

	/** Reads the maps, whole or only these domains of them; or says which of them cannot be read. */
	async function observe(subjects: ReadonlySet<string> | undefined): Promise<ObservedRoutes | MapDamaged[]> {
		const read = (map: MapName) => orDamaged(subjects ? maps.query(map, subjects) : maps.list(map));
		const [transport, relayDomains] = await Promise.all([read("transport"), read("relay_domains")]);
		if (transport instanceof MapDamaged) {
			return relayDomains instanceof MapDamaged ? [transport, relayDomains] : [transport];
		}
		if (relayDomains instanceof MapDamaged) return [relayDomains];
		return { transport, relayDomains: new Set(relayDomains.keys()) };
	}

	/** Makes anew what cannot be read; transport first, so that nothing is relayed without an entry there. */
	async function mend(wanted: WantedRoutes, leaving: ReadonlySet<string>): Promise<void> {
		const members = [...wanted.routes.keys(), ...wanted.deferred];
		const routes = new Map(members.map((domain) => [domain, wanted.routes.get(domain) ?? retryRoute]));
		const [transport, relayDomains] = await Promise.all([
			orDamaged(maps.list("transport")),
			orDamaged(maps.list("relay_domains")),
		]);
		if (transport instanceof MapDamaged) {
			// What stands in relay_domains needs an entry too, whoever put it there.
			const others = relayDomains instanceof MapDamaged ? [] : [...relayDomains.keys()].filter(isDomainKey);
			for (const domain of [...leaving, ...others]) if (!routes.has(domain)) routes.set(domain, retryRoute);
			await rebuild("transport", routes, transport);
		} else {
			for (const domain of transport.keys()) routes.delete(domain);
			if (routes.size > 0) await maps.set("transport", routes);
		}
		if (!(relayDomains instanceof MapDamaged)) return;
		await rebuild("relay_domains", new Map(members.map((domain) => [domain, relayed])), relayDomains);
	}

	async function rebuild(map: MapName, entries: Entries, damage: MapDamaged): Promise<void> {
		health.set(mapDamaged, map, { reason: damage.message });
		await maps.rebuild(map, entries);
		log.info({ map, entries: entries.size }, `the map ${map} was made anew with ${entries.size} entries`);
		health.clear(mapDamaged, map);
	}

	async function take(step: RouteStep): Promise<void> {
		if ("set" in step) await maps.set(step.map, step.set);
		else await maps.remove(step.map, step.remove);
		const keys = "set" in step ? [...step.set.keys()] : [...step.remove];
		const shown = keys.slice(0, 5).join(", ") + (keys.length > 5 ? ` and ${keys.length - 5} more` : "");
		const what = "set" in step ? `${step.map} now has` : `${step.map} no longer has`;
		log.info({ map: step.map, domains: keys.length }, `Postfix's map ${what} ${shown}`);
	}

	/** Takes the `retry:` entries away of those domains whose queue has been empty long enough. */
	async function release(leaving: ReadonlySet<string>, signal: AbortSignal): Promise<void> {
		const queued = await queuedAmong(leaving, options.listQueue(signal));
		const free = new Set<string>();
		for (const domain of leaving) {
			if (queued.has(domain)) emptySince.delete(domain);
			else if (now() - (emptySince.get(domain) ?? now()) >= patience) free.add(domain);
			else if (!emptySince.has(domain)) emptySince.set(domain, now());
		}
		// It may be served again by now.
		const wanted = wantedRoutes(options.registry(), service);
		for (const domain of free) if (isWanted(wanted, domain)) free.delete(domain);
		if (free.size === 0) return;
		await take({ map: "transport", remove: free });
		for (const domain of free) emptySince.delete(domain);
		await remember(new Set([...remembered!].filter((domain) => !free.has(domain))));
	}

	async function remember(leaving: Set<string>): Promise<void> {
		for (const domain of emptySince.keys()) if (!leaving.has(domain)) emptySince.delete(domain);
		if (remembered!.size === leaving.size && [...leaving].every((domain) => remembered!.has(domain))) return;
		await state.write({ leaving: [...leaving].sort() });
		remembered = leaving;
	}

	return createDuty({
		name: "routes",
		run,
		deadline: 90_000,
		allSubjects: () => [all],
		failing: routesFailing,
		health,
		log,
		now,
	});
}

function intersection(a: ReadonlySet<string>, b: ReadonlySet<string>): Set<string> {
	return new Set([...a].filter((item) => b.has(item)));
}

async function orDamaged(read: Promise<Entries>): Promise<Entries | MapDamaged> {
	try {
		return await read;
	} catch (error) {
		if (error instanceof MapDamaged) return error;
		throw error;
	}
}
