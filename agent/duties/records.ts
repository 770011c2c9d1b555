import { join } from "node:path";
import type { Address, Family } from "../../shared/address.ts";
import { readSecret } from "../../shared/config.ts";
import { createDuty, type Duty } from "../../shared/duty.ts";
import { ConfigError, HeimwegError, messageOf } from "../../shared/errors.ts";
import type { Health } from "../../shared/health.ts";
import type { Logger } from "../../shared/log.ts";
import { stateFile } from "../../shared/state.ts";
import { version } from "../../shared/version.ts";
import type { FamilyState } from "../address-book.ts";
import { recordsFailing, recordsNotVisible } from "../conditions.ts";
import type { AgentConfig } from "../config.ts";
import { createDesecApi, type DesecApi } from "../desec/api.ts";
import { budgetStateSchema, createBudget } from "../desec/budget.ts";
import { adoptionGroups, difference, ownTtl } from "../desec/difference.ts";
import { updateThroughDynDns } from "../desec/dyndns.ts";
import { DesecError } from "../desec/error.ts";
import { nameOf, type RRset, subnameOf } from "../desec/rrset.ts";
import { untilVisible } from "../desec/visibility.ts";
import { addressRRsets, type Known, type WantedRRset } from "../desec/wanted.ts";

export interface RecordsOptions {
	config: NonNullable<AgentConfig["dns"]>;
	/** Where the rate budget is remembered. */
	stateDir: string;
	family(family: Family): FamilyState;
	/** A run ended, well or badly. */
	onSettled(): void;
	/** The zone's servers answer what was written; milliseconds since the write was begun. */
	onVisible?(milliseconds: number): void;
	health: Health;
	log: Logger;
	now?: () => number;
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

/** Milliseconds to wait when deSEC will not have us: only its owner can change that. */
const refusedWait = 5 * 60_000;

/** Rounds of read, compare and write in one run: the second is for what somebody changed in between. */
const rounds = 3;

/** Keeps the A and AAAA of the configured names true at deSEC; touches no other RRset. */
export function createRecords(options: RecordsOptions): Records {
	const { config, health, log } = options;
	const now = options.now ?? (() => performance.now());
	const memory = stateFile(join(options.stateDir, "desec-budget.json"), budgetStateSchema, log);
	const zoneOfName = new Map<string, string>();
	/** What deSEC has, by zone; a zone that is missing here must be read. */
	const present = new Map<string, RRset[]>();
	let access: ReturnType<typeof makeAccess> | undefined;
	let inSync = false;
	let timer: NodeJS.Timeout | undefined;
	let watching: AbortController | undefined;

	function makeAccess(state: Parameters<typeof createBudget>[0]) {
		const budget = createBudget(state);
		const shared = {
			token: () => readSecret("dns.token_file", config.token_file),
			budget,
			userAgent: `heimweg/${version}`,
		};
		return { ...shared, api: createDesecApi({ ...shared, baseUrl: config.api }) };
	}

	async function run(signal: AbortSignal): Promise<void> {
		access ??= makeAccess({ state: await memory.read() });
		try {
			await sync(access.api, signal);
			inSync = true;
		} catch (error) {
			inSync = false;
			present.clear();
			throw explain(error);
		} finally {
			options.onSettled();
		}
	}

	async function sync(api: DesecApi, signal: AbortSignal): Promise<void> {
		const names = await byZone(api, signal);
		for (const [zone, own] of names) {
			for (let round = 1; ; round++) {
				const wanted = addressRRsets(own, config.publish, { 4: known(4), 6: known(6) });
				try {
					if (!(await syncZone(api, zone, own, wanted, signal))) break;
				} catch (error) {
					if (round === rounds || !isStale(error)) throw error;
					present.delete(zone);
				}
				if (round === rounds) {
					throw new HeimwegError(
						`the records of ${zone} at deSEC are not what was written, again and again`,
						{
							remedy: "look for another program that writes them: an old cron job, ddclient, or the router",
						},
					);
				}
			}
		}
	}

	/** One round in a zone; true when something was written, so that one more look is due. */
	async function syncZone(
		api: DesecApi,
		zone: string,
		own: readonly string[],
		wanted: readonly WantedRRset[],
		signal: AbortSignal,
	): Promise<boolean> {
		if (!present.has(zone)) present.set(zone, await readOwn(api, zone, own, signal));
		const { changes, adopt } = difference(zone, wanted, present.get(zone)!);
		if (changes.length === 0 && adopt.length === 0) return false;
		const began = now();
		const changed = [
			...changes.map(
				({ subname, type, records }) => `${nameOf(subname, zone)} ${type} ${records?.join(" ") || "removed"}`,
			),
			...adopt.flatMap(({ name, types }) =>
				types.map((type) => `${name} ${type} ${addressIn(wanted, type)}`),
			),
		];
		if (changes.length > 0) remember(zone, changes, await api.patch(zone, changes, signal));
		for (const { names, types } of adoptionGroups(adopt)) {
			const value = (type: string) => (types.includes(type) ? addressIn(wanted, type) : "preserve");
			await updateThroughDynDns({
				...access!,
				updateUrl: config.update,
				domain: zone,
				names,
				ipv4: value("A"),
				ipv6: value("AAAA"),
				signal,
			});
			// dynDNS only says "good": what it made is read.
			present.delete(zone);
		}
		await saveBudget();
		announce(zone, wanted, changed, began);
		return true;
	}

	/** The answer to a PATCH says what deSEC now has; what it deleted is not in it. */
	function remember(
		zone: string,
		changes: readonly { subname: string; type: string }[],
		written: RRset[],
	): void {
		const touched = (rrset: RRset) =>
			changes.some((c) => c.subname === rrset.subname && c.type === rrset.type);
		present.set(zone, [...present.get(zone)!.filter((rrset) => !touched(rrset)), ...written.filter(touched)]);
	}

	async function readOwn(
		api: DesecApi,
		zone: string,
		own: readonly string[],
		signal: AbortSignal,
	): Promise<RRset[]> {
		const subnames = new Set(own.map((name) => subnameOf(name, zone)));
		const found = await api.rrsets(zone, {}, signal);
		return found.filter(
			(rrset) => subnames.has(rrset.subname) && (rrset.type === "A" || rrset.type === "AAAA"),
		);
	}

	async function byZone(api: DesecApi, signal: AbortSignal): Promise<Map<string, string[]>> {
		const zones = new Map<string, string[]>();
		for (const name of config.names) {
			const zone = zoneOfName.get(name) ?? (await api.zoneOf(name, signal)).name;
			zoneOfName.set(name, zone);
			zones.set(zone, [...(zones.get(zone) ?? []), name]);
		}
		return zones;
	}

	function known(family: Family): Known {
		const { address, goneSince } = options.family(family);
		if (goneSince === undefined) return address;
		const left = goneSince + goneFor - now();
		if (left <= 0) return "gone";
		clearTimeout(timer);
		timer = setTimeout(() => duty.poke(), left + 100);
		timer.unref();
		return undefined;
	}

	function announce(zone: string, wanted: readonly WantedRRset[], changed: string[], began: number): void {
		const took = Math.round(now() - began);
		log.info({ zone, changed, took }, `deSEC took ${changed.join(", ")} after ${took} ms`);
		watching?.abort();
		watching = new AbortController();
		watchVisible(zone, wanted, began, watching.signal).catch(() => {});
	}

	/** Reports when the world can see it; runs beside the duty, which is done when deSEC has taken the records. */
	async function watchVisible(
		zone: string,
		wanted: readonly WantedRRset[],
		began: number,
		signal: AbortSignal,
	) {
		try {
			await untilVisible(zone, wanted, signal);
			const took = Math.round(now() - began);
			health.clear(recordsNotVisible, zone);
			log.info(
				{ zone, took },
				`the name servers of ${zone} answer the new records after ${(took / 1000).toFixed(1)} s`,
			);
			options.onVisible?.(took);
		} catch (error) {
			if (signal.aborted) return;
			const values = wanted.map(({ name, type }) => `${name} ${type}`).join(", ");
			health.set(recordsNotVisible, zone, { servers: messageOf(error), wanted: values });
		}
	}

	async function saveBudget(): Promise<void> {
		await memory.write(access!.budget.state()).catch((error) => {
			log.warn(`the count of requests to deSEC could not be saved: ${messageOf(error)}`);
		});
	}

	const duty = createDuty({
		name: "records",
		run: ({ signal }) => run(signal),
		deadline: 60_000,
		backoff: { first: 1_000, max: 300_000 },
		failing: recordsFailing,
		health,
		log,
	});

	return {
		duty,
		recheck() {
			present.clear();
			duty.poke();
		},
		state: () => ({
			inSync,
			records: [...present].flatMap(([zone, rrsets]) =>
				rrsets
					.filter((rrset) => rrset.ttl === ownTtl)
					.map(({ subname, type, records }) => ({ name: nameOf(subname, zone), type, records })),
			),
		}),
	};
}

/** The address that all wanted RRsets of this type share. */
function addressIn(wanted: readonly WantedRRset[], type: string): Address {
	return wanted.find((rrset) => rrset.type === type && rrset.records.length > 0)!.records[0] as Address;
}

/** True when a write failed because deSEC has something else than we thought: read it and go on. */
function isStale(error: unknown): boolean {
	return error instanceof DesecError && (error.kind === "rejected" || error.kind === "conflict");
}

/** What only the owner can mend is not tried again every few seconds. */
function explain(error: unknown): unknown {
	if (error instanceof ConfigError) {
		return new HeimwegError(error.problems.join("; "), { retryAfter: refusedWait });
	}
	if (!(error instanceof DesecError) || error.retryAfter !== undefined) return error;
	if (!["unauthorized", "forbidden", "not-found"].includes(error.kind)) return error;
	const remedy = `${error.remedy ?? "look at the token"}; then run "systemctl reload heimweg"`;
	return new HeimwegError(error.message, { remedy, retryAfter: refusedWait, cause: error });
}
