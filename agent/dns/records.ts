import { join } from "node:path";
import type { Address, Family } from "../../shared/address.ts";
import { readSecret } from "../../shared/config.ts";
import { createDesecApi } from "../../shared/dns/providers/desec/api.ts";
import { budgetStateSchema, createBudget } from "../../shared/dns/providers/desec/budget.ts";
import { ownTtl } from "../../shared/dns/providers/desec/difference.ts";
import { updateThroughDynDns } from "../../shared/dns/providers/desec/dyndns.ts";
import { type OwnZone, ownZone } from "../../shared/dns/providers/desec/own-zone.ts";
import { combined, createRefusals } from "../../shared/dns/providers/desec/refusals.ts";
import { nameOf } from "../../shared/dns/rrset.ts";
import type { untilVisible } from "../../shared/dns/visibility.ts";
import { addressRRsets, type Known } from "../../shared/dns/wanted/address.ts";
import { createDuty, type Duty } from "../../shared/duty.ts";
import type { Health } from "../../shared/health.ts";
import type { Logger } from "../../shared/log.ts";
import { savedState } from "../../shared/saved-state.ts";
import { version } from "../../shared/version.ts";
import type { FamilyState } from "../facts.ts";
import { recordsFailing } from "./conditions.ts";
import { type DnsConfig, typesOf } from "./config.ts";
import { watchVisibility } from "./visibility-watch.ts";

export interface RecordsOptions {
	/** Whether the guard stands; nothing is done before. */
	guarded?: () => boolean;
	config: DnsConfig;
	/** Where the rate budget is remembered. */
	stateDir: string;
	family(family: Family): FamilyState;
	/** The address that is proven not to lead to us, and so gets no record. */
	refuted?(family: Family): Address | undefined;
	/** A run ended, well or badly. */
	onSettled(): void;
	/** The zone's servers answer what was written; milliseconds since the write was begun. */
	onVisible?(milliseconds: number): void;
	health: Health;
	log: Logger;
	/** Milliseconds, steadily growing, as `FamilyState.goneSince` has them. */
	now?: () => number;
	visible?: typeof untilVisible;
	/** Milliseconds that deSEC has for an answer. */
	timeout?: number;
}

/** What `status` shows of the records. */
export interface RecordsState {
	inSync: boolean;
	records: Array<{ name: string; type: string; records: string[] }>;
}

export interface Records {
	duty: Duty;
	/** Compares with deSEC although nothing is known to have changed. */
	recheck(): void;
	state(): RecordsState;
}

/** Milliseconds that a family must be known gone before its RRsets are removed. */
const goneFor = 5 * 60_000;

/** Keeps the A and AAAA of the configured names true at deSEC; touches no other RRset. */
export function createRecords(options: RecordsOptions): Records {
	const { config, health, log } = options;
	const now = options.now ?? (() => performance.now());
	const budgetFile = join(options.stateDir, "desec-budget.json");
	const memory = savedState(budgetFile, budgetStateSchema, { health, log });
	const zoneOfName = new Map<string, string>();
	const zones = new Map<string, OwnZone>();
	const refusals = createRefusals(now);
	const visibility = watchVisibility({ ...options, now });
	const timers = new Map<Family, NodeJS.Timeout>();
	let access: ReturnType<typeof makeAccess> | undefined;
	let inSync = false;

	function makeAccess(state: Parameters<typeof createBudget>[0]) {
		const shared = {
			token: () => readSecret("dns.token_file", config.token_file),
			budget: createBudget(state),
			userAgent: `heimweg/${version}`,
			...(options.timeout === undefined ? {} : { timeout: options.timeout }),
		};
		return { ...shared, api: createDesecApi({ ...shared, baseUrl: config.api }) };
	}

	async function run(signal: AbortSignal): Promise<void> {
		access ??= makeAccess({ state: await memory.read() });
		const failures: unknown[] = [];
		let worked = 0;
		/** What fails for one zone or name does not stop the others. */
		const attempt = async <T>(subject: string, work: () => Promise<T>): Promise<T | undefined> => {
			if (signal.aborted) throw signal.reason;
			try {
				return await refusals.attempt(subject, work);
			} catch (error) {
				failures.push(error);
				return undefined;
			}
		};
		try {
			for (const [zone, names] of await byZone(signal, attempt)) {
				const wanted = () => addressRRsets(names, typesOf(config), { 4: known(4), 6: known(6) });
				await attempt(zone, async () => {
					await zoneNamed(zone).sync(names, wanted, signal);
					worked += 1;
				});
			}
			inSync = failures.length === 0;
		} catch (error) {
			inSync = false;
			throw error;
		} finally {
			await memory.write(access.budget.state());
			options.onSettled();
		}
		if (failures.length > 0) throw combined(failures, worked > 0);
	}

	async function byZone(
		signal: AbortSignal,
		attempt: <T>(subject: string, work: () => Promise<T>) => Promise<T | undefined>,
	): Promise<Map<string, string[]>> {
		const found = new Map<string, string[]>();
		for (const name of config.names) {
			const zone =
				zoneOfName.get(name) ??
				(await attempt(`zone of ${name}`, async () => (await access!.api.zoneOf(name, signal)).name));
			if (zone === undefined) continue;
			zoneOfName.set(name, zone);
			found.set(zone, [...(found.get(zone) ?? []), name]);
		}
		return found;
	}

	function zoneNamed(zone: string): OwnZone {
		const made =
			zones.get(zone) ??
			ownZone({
				zone,
				api: access!.api,
				update: (change) =>
					updateThroughDynDns({ ...access!, ...change, updateUrl: config.update, domain: zone }),
				onWritten(changed, wanted, began) {
					const took = Math.round(now() - began);
					log.info({ zone, changed, took }, `deSEC took ${changed.join(", ")} after ${took} ms`);
					visibility.watch(zone, wanted, began);
				},
				now,
			});
		zones.set(zone, made);
		return made;
	}

	function known(family: Family): Known {
		const { address, goneSince } = options.family(family);
		if (address !== undefined && address === options.refuted?.(family)) return "gone";
		if (goneSince === undefined) return address;
		const left = goneSince + goneFor - now();
		if (left <= 0) return "gone";
		clearTimeout(timers.get(family));
		timers.set(family, setTimeout(() => duty.poke(), left + 100).unref());
		// Until it is known to be gone, a change is still published: a probe may have failed because of it.
		return address;
	}

	const duty = createDuty({
		name: "records",
		run: ({ signal }) => run(signal),
		allowed: options.guarded,
		deadline: 60_000,
		backoff: { first: 1_000, max: 300_000 },
		failing: recordsFailing,
		health,
		log,
		now,
	});

	return {
		duty: {
			...duty,
			async stop() {
				visibility.stop();
				for (const timer of timers.values()) clearTimeout(timer);
				await duty.stop();
				memory.stop();
			},
		},
		recheck() {
			for (const zone of zones.values()) zone.forget();
			duty.poke();
		},
		state: () => ({
			inSync,
			records: [...zones].flatMap(([zone, own]) =>
				own
					.addresses()
					.filter((rrset) => rrset.ttl === ownTtl)
					.map(({ subname, type, records }) => ({ name: nameOf(subname, zone), type, records })),
			),
		}),
	};
}
