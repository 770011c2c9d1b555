import type { Address } from "../../shared/address.ts";
import type { RunCommand } from "../../shared/command.ts";
import { createDuty, type Duty } from "../../shared/duty.ts";
import type { Health } from "../../shared/health.ts";
import type { Logger } from "../../shared/log.ts";
import { missingPrograms } from "../../shared/preflight.ts";
import { MINUTE, SECOND } from "../../shared/time.ts";
import { haproxyUid } from "./account.ts";
import type { Served } from "./claims.ts";
import * as conditions from "./conditions.ts";
import type { PortsConfig } from "./config.ts";
import type { Haproxy } from "./haproxy.ts";
import { type HaproxyPlaces, haproxyConfig } from "./haproxy-config.ts";
import { heldBinds, holderOf, listenersIn, ownAddresses } from "./held.ts";
import { type Bind, type Plan, planOf, unreachablePorts } from "./plan.ts";

export interface KeeperOptions {
	haproxy: Haproxy;
	places: HaproxyPlaces;
	limits: PortsConfig;
	/** Who is served what, and how many homes there are. */
	wanted(): { served: readonly Served[]; homes: number };
	/** Another process serves than before, or none. */
	onProcess(pid: number | undefined): void;
	run: RunCommand;
	guarded: () => boolean;
	health: Health;
	log: Logger;
	own?: typeof ownAddresses;
	uid?: () => number | undefined;
}

/** What is poked where nothing but names and their homes can be another; anything else looks at all there is. */
export const namesAlone = "names";

/**
 * The duty that keeps HAProxy as the homes' files say. A port that another program holds, or an address that is not there,
 * is left out, or HAProxy would not start at all.
 */
export function createKeeper(options: KeeperOptions): Duty {
	const { haproxy, limits, places, run, health, log, own = ownAddresses, uid = haproxyUid } = options;
	let serves: number | undefined;
	let wasWanted = false;
	/** What HAProxy listened on when all was looked at and well. */
	let bound: string | undefined;

	async function keep(subjects: ReadonlySet<string>, signal: AbortSignal): Promise<void> {
		const { served, homes } = options.wanted();
		const plan = planOf(served, homes);
		const binds = JSON.stringify(plan.binds);
		const isQuick = serves !== undefined && bound === binds && subjects.has(namesAlone);
		bound = undefined;
		// What fails, as with an HAProxy that is gone, is looked at from the ground up.
		const isTold = isQuick && (await haproxy.tell(plan.map, signal).catch(() => false));
		// Names that come with the look of each minute do not wait for it.
		if (!isTold || subjects.size > 1) await keepAll({ served, homes, plan }, signal);
		else {
			tellMissing(served, own().all);
			tellUnreachable(served, homes);
		}
		bound = binds;
	}

	async function keepAll({ served, homes, plan }: Whole, signal: AbortSignal): Promise<void> {
		const wanted = plan.binds.length > 0;
		// A relay whose homes have no client ports needs no HAProxy; what was given before is taken back.
		if (!wanted && !wasWanted && (await tells(undefined))) return;
		wasWanted = wanted;
		const { all: addresses, ipv6 } = own();
		const there = plan.binds.filter(({ address }) => !address || addresses.has(address));
		const held = heldBinds(there, listenersIn(await run("ss", ["-H", "-l", "-n", "-t", "-e"])), uid());
		const binds = there.filter((bind) => !held.includes(bind));
		const config = haproxyConfig({ binds, limits, places, ipv6 });
		tellMissing(served, addresses);
		await tellHeld(held, served);
		tellUnreachable(served, homes);
		const pid = await haproxy.keep({ config, map: plan.map }, signal);
		if (pid !== undefined && serves === undefined)
			log.info(
				{ ports: [...new Set(binds.map(({ port }) => port))] },
				`HAProxy hands clients on to ${served.length} homes, under ${plan.map.size} names and ports`,
			);
		await tells(wanted ? { pid, homes: served.length } : undefined);
		if (pid !== serves) {
			serves = pid;
			options.onProcess(pid);
		}
	}

	async function tells(now: { pid: number | undefined; homes: number } | undefined): Promise<true> {
		const missing = now && now.pid === undefined;
		const installed = !missing || (await missingPrograms(["haproxy"])).length === 0;
		health.put(conditions.haproxyNotRunning, "", missing ? { homes: now.homes, installed } : undefined);
		return true;
	}

	function tellMissing(served: readonly Served[], there: ReadonlySet<Address>): void {
		const missing = served.flatMap(({ home, publicAddresses }) =>
			publicAddresses.filter((one) => !there.has(one)).map((address) => [address, { homes: home }] as const),
		);
		health.putAll(conditions.addressMissing, new Map(missing));
	}

	async function tellHeld(held: readonly Bind[], served: readonly Served[]): Promise<void> {
		const found = new Map<string, { holder: string; homes: string }>();
		for (const bind of held) {
			const homes = served.filter(({ ports }) => ports.includes(bind.port)).map(({ home }) => home);
			const subject = String(bind.port);
			if (!found.has(subject)) found.set(subject, { holder: await holderOf(run, bind), homes: some(homes) });
		}
		health.putAll(conditions.portHeld, found);
	}

	function tellUnreachable(served: readonly Served[], homes: number): void {
		const byHome = new Map<string, number[]>();
		for (const { home, port } of unreachablePorts(served, homes))
			byHome.set(home, [...(byHome.get(home) ?? []), port]);
		health.putAll(
			conditions.unreachable,
			new Map([...byHome].map(([home, ports]) => [home, { ports: ports.join(", ") }])),
		);
	}

	return createDuty({
		name: "ports",
		run: ({ subjects, signal }) => keep(subjects, signal),
		allowed: options.guarded,
		deadline: 30 * SECOND,
		backoff: { first: SECOND, max: MINUTE },
		failing: conditions.failing,
		health,
		log,
	});
}

interface Whole {
	served: readonly Served[];
	homes: number;
	plan: Plan;
}

/** Homes in a sentence: of many, the first. */
export function some(homes: readonly string[]): string {
	const few = homes.slice(0, 3).join(", ");
	return homes.length > 3 ? `${few} and ${homes.length - 3} more` : few;
}
