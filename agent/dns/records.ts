import type { Address, Family } from "../../shared/address.ts";
import type { Provider, ProviderEvents } from "../../shared/dns/provider.ts";
import { nameOf } from "../../shared/dns/rrset.ts";
import type { untilVisible } from "../../shared/dns/visibility.ts";
import { addressRRsets, type Known } from "../../shared/dns/wanted/address.ts";
import { createDuty, type Duty } from "../../shared/duty.ts";
import type { Health } from "../../shared/health.ts";
import type { Logger } from "../../shared/log.ts";
import { say } from "../../shared/words/say.ts";
import type { FamilyState } from "../facts.ts";
import { combined } from "./combined.ts";
import { recordsFailing } from "./conditions.ts";
import { type DnsConfig, relayedNames, typesOf } from "./config.ts";
import { watchVisibility } from "./visibility-watch.ts";

export interface RecordsOptions {
	/** Whether the guard stands; nothing is done before. */
	guarded?: () => boolean;
	config: Omit<DnsConfig, "mail">;
	/** Makes the one who keeps the records; called at the first run. */
	provider(events: ProviderEvents): Promise<Provider>;
	family(family: Family): FamilyState;
	/** The address that is proven not to lead to us, and so gets no record. */
	refuted?(family: Family): Address | undefined;
	/** What is known of the relay's addresses for our clients; nothing, while no name gets them. */
	relay?(family: Family): Known;
	/** A run ended, well or badly. */
	onSettled(): void;
	/** The zone's servers answer what was written; milliseconds since the write was begun. */
	onVisible?(milliseconds: number): void;
	health: Health;
	log: Logger;
	/** Milliseconds, steadily growing, as `FamilyState.goneSince` has them. */
	now?: () => number;
	visible?: typeof untilVisible;
	/** Milliseconds between two looks at servers that stay behind. */
	patience?: number;
}

/** What `status` shows of the records. */
export interface RecordsState {
	inSync: boolean;
	/** Names and types that the provider has, and its servers do not answer; an earlier version does not tell. */
	unseen?: string[];
	records: Array<{ name: string; type: string; records: string[] }>;
	/** When all records were last compared with what the provider has, ISO 8601. */
	comparedAt?: string | undefined;
	/** When the zones' servers were last seen to answer what was written. */
	seenAt?: string | undefined;
}

export interface Records {
	duty: Duty;
	/** Compares with the provider although nothing is known to have changed. */
	recheck(): void;
	state(): RecordsState;
}

/** Milliseconds that a family must be known gone before its RRsets are removed. */
const goneFor = 5 * 60_000;

/** Keeps the A and AAAA of the configured names true at deSEC; touches no other RRset. */
export function createRecords(options: RecordsOptions): Records {
	const { config, health, log } = options;
	const now = options.now ?? (() => performance.now());
	const viaRelay = new Set(relayedNames(config));
	const zoneOfName = new Map<string, string>();
	const visibility = watchVisibility({
		...{ ...options, now },
		onBehind(zone, unseen) {
			provider?.zone(zone).behind(unseen);
			duty.poke(undefined, { urgent: true });
		},
	});
	/** What is wanted of a zone, and what was when deSEC had all of it; as texts that can be compared. */
	const asked = new Map<string, () => string>();
	const proven = new Map<string, string>();
	const timers = new Map<Family, NodeJS.Timeout>();
	let provider: Provider | undefined;
	let inSync = false;
	/** What the provider has is to be read anew; and when all of it last was. */
	let isForgotten = true;
	let comparedAt: Date | undefined;

	const events: ProviderEvents = {
		onWritten(zone, changed, wanted, began) {
			const took = Math.round(now() - began);
			log.info({ zone, changed, took }, `deSEC took ${changed.join(", ")} after ${took} ms`);
			// Nothing else was wanted since deSEC had it all: somebody else has changed it.
			if (proven.get(zone) === asked.get(zone)?.())
				health.recent.note(
					say`records at deSEC had been changed, and are right again: ${changed.join(", ")}`,
				);
			visibility.watch(zone, wanted, began);
		},
		onUncertain: (zone, wanted, began) => visibility.watch(zone, wanted, began),
	};

	async function run(signal: AbortSignal): Promise<void> {
		provider ??= await options.provider(events);
		const { zone, zoneOf, remember } = provider;
		const failures: unknown[] = [];
		/** What fails for one zone or name does not stop the others. */
		const attempt = async (work: () => Promise<unknown>): Promise<void> => {
			if (signal.aborted) throw signal.reason;
			await work().catch((error) => failures.push(error));
		};
		try {
			for (const name of config.names.filter((one) => !zoneOfName.has(one)))
				await attempt(async () => zoneOfName.set(name, await zoneOf(name, signal)));
			for (const one of new Set(zoneOfName.values())) {
				const names = config.names.filter((name) => zoneOfName.get(name) === one);
				const relayed = names.filter((name) => viaRelay.has(name));
				const direct = names.filter((name) => !viaRelay.has(name));
				const wanted = () => [
					...addressRRsets(direct, typesOf(config), { 4: known(4), 6: known(6) }),
					...addressRRsets(relayed, ["A", "AAAA"], { 4: options.relay?.(4), 6: options.relay?.(6) }),
				];
				asked.set(one, () => JSON.stringify(wanted()));
				await attempt(async () => {
					await zone(one).sync(names, wanted, signal);
					proven.set(one, asked.get(one)!());
				});
			}
			inSync = failures.length === 0;
			if (inSync && isForgotten) {
				isForgotten = false;
				comparedAt = new Date();
			}
		} catch (error) {
			inSync = false;
			throw error;
		} finally {
			await remember();
			options.onSettled();
		}
		if (failures.length > 0) throw combined(failures);
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
		// Who must be left alone is known to the provider: a new address is tried on what ways are open.
		urgentEndsWaits: true,
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
				provider?.stop();
			},
		},
		recheck() {
			isForgotten = true;
			for (const zone of new Set(zoneOfName.values())) provider?.zone(zone).forget();
			duty.poke();
		},
		state: () => ({
			inSync,
			unseen: visibility.unseen(),
			comparedAt: comparedAt?.toISOString(),
			seenAt: visibility.seenAt()?.toISOString(),
			records: [...new Set(zoneOfName.values())].flatMap((zone) =>
				(provider?.zone(zone).addresses() ?? []).map(({ subname, type, records }) => ({
					name: nameOf(subname, zone),
					type,
					records,
				})),
			),
		}),
	};
}
