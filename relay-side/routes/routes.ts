import { z } from "zod";
import { domainForms, isDomainForm } from "../../shared/domain-name.ts";
import { createDuty, type Duty, type DutyRun } from "../../shared/duty.ts";
import type { Health } from "../../shared/health.ts";
import type { Logger } from "../../shared/log.ts";
import type { ListQueue } from "../../shared/postfix/queue.ts";
import type { StateFile } from "../../shared/state.ts";
import { mapDamaged } from "../postfix/conditions.ts";
import {
	type Entries,
	isDomainKey,
	isOurRoute,
	type MapName,
	relayed,
	retryRoute,
} from "../postfix/entry.ts";
import { MapDamaged, type MapStore } from "../postfix/maps.ts";
import { queuedAmong } from "../postfix/queue.ts";
import { routesFailing } from "./conditions.ts";
import {
	leavingDomains,
	type ObservedRoutes,
	planRoutes,
	type RouteStep,
	type Served,
	wantedRoutes,
} from "./plan.ts";

/** Domains that are no longer served and may still have mail waiting, across restarts. */
export const leavingSchema = z.object({ leaving: z.array(z.string().refine(isDomainForm)) });
export type Leaving = z.infer<typeof leavingSchema>;

export interface RoutesOptions {
	/** Whether the guard stands; nothing is done before. */
	guarded?: () => boolean;
	maps: MapStore;
	/** Whom the registry serves now. */
	served(): Served;
	/** Another one whenever a map's file was replaced or written to; without it, every look is one at the whole maps. */
	mark?(): Promise<string>;
	listQueue: ListQueue;
	/** Called before domains enter relay_domains; throws when their recipients are not known to Postfix. */
	admit?(domains: Iterable<string>): Promise<void>;
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

/** The subjects that stand for all domains, and for what may have come due. */
const all = "*";
export const due = "";

/** A mail whose RCPT was accepted before the domain left may still be coming in: smtpd(8) waits 300 s for a client. */
const defaultPatience = 15 * 60_000;

/**
 * The duty that keeps Postfix's maps as the registry says. Its subjects are domains; a poke without one looks at the
 * whole maps, finds what somebody else changed, and lets go of domains whose last mail is gone. One about what is due
 * does the same, but looks at the whole only when the maps are not as they were left.
 */
export function createRoutes(options: RoutesOptions): Duty {
	const { maps, state, health, log } = options;
	const service = options.service ?? "heimweg";
	const patience = options.patience ?? defaultPatience;
	const now = options.now ?? (() => performance.now());
	/** Since when a leaving domain had no mail in the queue. */
	const emptySince = new Map<string, number>();
	let remembered: Set<string> | undefined;
	/** How the maps looked after our last run, when all of them was as this registry wants it. */
	let left: { mark: string | undefined; complete: boolean } | undefined;

	async function run({ subjects, signal }: DutyRun): Promise<void> {
		remembered ??= new Set((await state.read())?.leaving);
		const whole = subjects.has(all) || (subjects.has(due) && !(await asLeft()));
		let some = whole ? undefined : new Set([...subjects].filter(isDomain).flatMap(domainForms));
		if (some && subjects.has(due)) for (const domain of remembered) some.add(domain);
		if (some?.size === 0) return;
		if (whole) left = undefined;
		// Both maps may be damaged, and each is mended once.
		for (let mends = 0; ; mends++) {
			const { complete } = options.served().registry;
			try {
				await keep(some, remembered, signal);
				// Mending may have failed, and the old map be back.
				for (const map of ["transport", "relay_domains"]) health.clear(mapDamaged, map);
				if (left || !some) left = { mark: await options.mark?.(), complete: left?.complete ?? complete };
				return;
			} catch (error) {
				if (!(error instanceof MapDamaged) || mends === 2) throw error;
				await mend(error, remembered);
				some = undefined;
			}
		}
	}

	/** Whether the maps are as our last run left them, and nothing has become known since that it had to leave alone. */
	async function asLeft(): Promise<boolean> {
		const { complete } = options.served().registry;
		return left?.mark !== undefined && left.complete === complete && left.mark === (await options.mark?.());
	}

	/** Observes, compares and acts, for these domains or for all. */
	async function keep(
		some: ReadonlySet<string> | undefined,
		remembered: ReadonlySet<string>,
		signal: AbortSignal,
	): Promise<void> {
		const wanted = await wantedRoutes(options.served(), service, some);
		const observed = await observe(some);
		const known = some ? intersection(remembered, some) : remembered;
		const leaving = await leavingDomains(wanted, observed, known);
		await remember(new Set([...remembered, ...leaving].filter((domain) => !wanted.isWanted(domain))));
		const steps = await planRoutes(wanted, observed, leaving);
		// Recipients and transport need not wait for each other; relay_domains waits for both.
		const admitted = admit(steps);
		for (const step of steps) {
			signal.throwIfAborted();
			if (entersRelayDomains(step)) await admitted;
			await take(step);
		}
		if (leaving.size > 0) await release(leaving, signal);
	}

	/** Begins to make the recipients known of the domains that these steps let into relay_domains. */
	function admit(steps: readonly RouteStep[]): Promise<void> | undefined {
		const entering = steps.filter(entersRelayDomains).flatMap(({ set }) => [...set.keys()]);
		const admitted = entering.length > 0 ? options.admit?.(entering) : undefined;
		// Whoever waits for it hears of its failure; a step before may have failed already.
		admitted?.catch(() => {});
		return admitted;
	}

	/** Reads the maps, whole or only these domains of them. */
	async function observe(some: ReadonlySet<string> | undefined): Promise<ObservedRoutes> {
		const read = (map: MapName) => (some ? maps.query(map, some) : maps.list(map));
		const [transport, relayDomains] = await Promise.all([read("transport"), read("relay_domains")]);
		return { transport, relayDomains: new Set(relayDomains.keys()) };
	}

	/** Makes a map anew, also one that can still be listed; before relay_domains, transport gets what it lacks. */
	async function mend(damage: MapDamaged, leaving: ReadonlySet<string>): Promise<void> {
		health.set(mapDamaged, damage.map, { reason: damage.message });
		const wanted = await wantedRoutes(options.served(), service);
		const members = [...wanted.routes.keys(), ...wanted.deferred];
		const routes = new Map(members.map((domain) => [domain, wanted.routes.get(domain) ?? retryRoute]));
		if (damage.map === "transport") {
			const kept = [...((await readable("transport")) ?? [])].filter(([, route]) =>
				isOurRoute(route, service),
			);
			// What stands in relay_domains needs an entry too, whoever put it there.
			const others = [...((await readable("relay_domains"))?.keys() ?? []), ...leaving];
			const waiting = others.map((domain): [string, string] => [domain, retryRoute]);
			await rebuild("transport", new Map([...waiting, ...kept, ...routes]));
		} else {
			try {
				await maps.set("transport", routes);
			} catch (error) {
				if (!(error instanceof MapDamaged)) throw error;
				await mend(error, leaving);
			}
			await options.admit?.(members);
			await rebuild("relay_domains", new Map(members.map((domain) => [domain, relayed])));
		}
		health.clear(mapDamaged, damage.map);
	}

	async function readable(map: MapName): Promise<Entries | undefined> {
		try {
			return await maps.list(map);
		} catch (error) {
			if (error instanceof MapDamaged) return undefined;
			throw error;
		}
	}

	async function rebuild(map: MapName, entries: Entries): Promise<void> {
		const ours = new Map([...entries].filter(([key]) => isDomainKey(key)));
		await maps.mend(map, ours);
		log.info({ map, entries: ours.size }, `Postfix's map ${map} was made anew with ${ours.size} entries`);
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
		const { isWanted } = await wantedRoutes(options.served(), service, free);
		for (const domain of free) if (isWanted(domain)) free.delete(domain);
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
		allowed: options.guarded,
		deadline: 90_000,
		allSubjects: () => [all],
		failing: routesFailing,
		health,
		log,
		now,
	});
}

function isDomain(subject: string): boolean {
	return subject !== all && subject !== due;
}

function intersection(a: ReadonlySet<string>, b: ReadonlySet<string>): Set<string> {
	return new Set([...a].filter((item) => b.has(item)));
}

function entersRelayDomains(step: RouteStep): step is Extract<RouteStep, { set: Entries }> {
	return "set" in step && step.map === "relay_domains";
}
