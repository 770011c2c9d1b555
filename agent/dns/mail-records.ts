import { join } from "node:path";
import { type ZoneMemory, zonesMemorySchema } from "../../shared/dns/plan/applied.ts";
import type { Plan } from "../../shared/dns/plan/plan.ts";
import type { Provider } from "../../shared/dns/provider.ts";
import { untilVisible } from "../../shared/dns/visibility.ts";
import type { WantedRRset } from "../../shared/dns/wanted/address.ts";
import { wishesOf } from "../../shared/dns/wanted/all.ts";
import { autoconfigFile, autodiscoverFile } from "../../shared/dns/wanted/autoconfig.ts";
import type { MailDomain } from "../../shared/dns/wanted/mail-domain.ts";
import { dnsCommands } from "../../shared/dns/zones/commands.ts";
import { createSnapshots } from "../../shared/dns/zones/snapshots.ts";
import { createZones } from "../../shared/dns/zones/zones.ts";
import { HeimwegError, messageOf } from "../../shared/errors.ts";
import { type DnsAnswer, dnsAnswerSchema } from "../../shared/protocol/dns.ts";
import { inTurn } from "../../shared/ticks.ts";
import { MINUTE, SECOND } from "../../shared/time.ts";
import type { AgentContext, CheckinSection } from "../part.ts";
import { mailRecordsDrifted } from "./conditions.ts";
import { type DnsConfig, typesOf } from "./config.ts";
import { mailDomain } from "./mail-domains.ts";
import { createRelaySight } from "./relay-sight.ts";

/** For one look at all zones. */
const lookTime = MINUTE;

/** After a start the relay has to be heard first; it says what the records should name. */
const firstLook = 20 * SECOND;

/** When the relay is asked again that has not said what it is called. */
const againAfter = [10 * SECOND, 30 * SECOND, 2 * MINUTE];

export interface MailRecordsState {
	/** By zone: how many records of the plan are as they should be, are to be changed, and wait for a person. */
	zones: Array<{ zone: string; right: number; toDo: number; decide: number; ours: number; at: string }>;
}

export interface MailRecords {
	commands: Record<string, (argument: string) => Promise<string>>;
	checkin: CheckinSection;
	/** Compares the zones with what is wanted; changes nothing. Never throws. */
	look(): Promise<void>;
	state(): MailRecordsState;
	start(): Promise<void>;
	stop(): void;
}

/** The records of the mail domains: planned always, applied when a person says so, looked at ever after. */
export function createMailRecords(
	config: DnsConfig,
	core: { domains: readonly string[]; stateDir: string; relay: string },
	context: Pick<AgentContext, "facts" | "health" | "log" | "state" | "statusChanged">,
	provider: () => Promise<Provider> | undefined,
	/** The zone's servers do not answer these, although the provider has them. */
	onBehind: (zone: string, unseen: readonly WantedRRset[]) => void,
	visible: typeof untilVisible = untilVisible,
): MailRecords {
	const { facts, health, log, statusChanged } = context;
	const domains = config.mail.domains ?? core.domains;
	const file = context.state("zones.json", zonesMemorySchema);
	const snapshots = createSnapshots(join(core.stateDir, "zones"));
	const zonesState = new Map<string, MailRecordsState["zones"][number]>();
	const sight = createRelaySight({ health, log });
	const ending = new AbortController();
	let remembered: Record<string, ZoneMemory> = {};
	let said: DnsAnswer | undefined;
	const askAgain = [...againAfter];
	const tellTruth = facts.relayTruth.own("dns");
	let wantCheckin = (_after?: number) => {};
	let timer: NodeJS.Timeout | undefined;

	const mail = (domain: string, zone: string) =>
		mailDomain(domain, zone, config, {
			relay: said,
			keys: facts.signingKeys.value,
			ports: facts.servedPorts.value ?? [],
			homeAddresses: ([4, 6] as const).flatMap((family) => facts.addresses.value?.[family].address ?? []),
		});

	async function made(): Promise<Provider> {
		const one = await provider();
		if (one) return one;
		throw new HeimwegError("the daemon has not spoken to deSEC yet", {
			remedy: 'look at "heimweg status"; it waits for the guard to stand',
		});
	}

	const zones = createZones({
		...{ provider: made, command: "heimweg dns", snapshot: snapshots.keep },
		subjects() {
			if (domains.length > 0) return domains;
			throw new HeimwegError("the configuration names no mail domain", {
				remedy: 'add domains = ["example.org"] to [mail] in heimweg.toml',
			});
		},
		wishes: (domain, zone) => wishesOf(mail(domain, zone)),
		memory: {
			read: () => remembered,
			async write(all) {
				remembered = all;
				await file.write(all);
			},
		},
	});

	const look = inTurn(async () => {
		if (domains.length === 0 || !provider()) return;
		const signal = AbortSignal.any([ending.signal, AbortSignal.timeout(lookTime)]);
		try {
			for (const zone of await zones.names(signal)) noted(await zones.plan(zone, [], signal));
		} catch (error) {
			// The duty tells what is wrong with deSEC.
			log.debug({ err: error }, `the mail domains' records could not be looked at: ${messageOf(error)}`);
		}
		statusChanged();
	});

	function noted({ zone, changes, right, leftOut }: Plan): void {
		const { owned } = zones.memory(zone);
		const wasOurs = (place: { name?: string; type?: string }) =>
			owned.some(({ name, type }) => name === place.name && type === place.type);
		const undecided = leftOut.filter(({ remedy }) => remedy?.includes("--take"));
		zonesState.set(zone, {
			...{ zone, right: right.length, toDo: changes.length, decide: undecided.length, ours: owned.length },
			at: new Date().toISOString(),
		});
		// What was never applied is no drift: a first start only plans.
		const drifted = [...changes, ...undecided].filter(wasOurs).map(({ name, type }) => `${name} ${type}`);
		health.put(
			mailRecordsDrifted,
			zone,
			drifted.length > 0 ? { records: [...new Set(drifted)].join(", ") } : undefined,
		);
	}

	const commands = dnsCommands({
		...{ program: "heimweg", zones, log, visible, onBehind, snapshot: snapshots.last },
		addressRRsets: () => config.names.flatMap((name) => typesOf(config).map((type) => ({ name, type }))),
		policies: async (tokenId, signal) => (await made()).policies(tokenId, signal),
		onApplied(zone, done) {
			if (done.length === 0) return;
			sight.wrote(zone, done);
			wantCheckin();
		},
		onSettled(plan) {
			if (plan) noted(plan);
			else void look();
		},
	});

	/** A file for mail programs. */
	const fileFor = (make: (mail: MailDomain) => string) => async (domain: string) => {
		if (domains.includes(domain)) return JSON.stringify(make(mail(domain, domain)));
		const known = domains.join(", ") || "there is none";
		throw new HeimwegError(`${domain} is none of the mail domains: ${known}`);
	};

	return {
		commands: {
			...commands,
			"dns-autoconfig": fileFor(autoconfigFile),
			"dns-autodiscover": fileFor(autodiscoverFile),
		},
		look,
		checkin: {
			own() {
				if (domains.length === 0) return undefined;
				const watch = sight.watch();
				return { version: 1, ...(watch ? { watch } : {}) };
			},
			heardOwn(answer, relay) {
				if (relay !== core.relay) return;
				const heard = dnsAnswerSchema.safeParse(answer).data;
				said = heard ?? said;
				tellTruth(said);
				// A relay that has just started may not know yet; one of an earlier version never does.
				const wait = said ? sight.heard(heard?.seen) : askAgain.shift();
				if (wait !== undefined) wantCheckin(wait);
			},
			subscribe(listener) {
				wantCheckin = listener;
			},
		},
		state: () => ({ zones: [...zonesState.values()] }),
		async start() {
			remembered = (await file.read()) ?? {};
			timer = setTimeout(() => void look(), firstLook).unref();
		},
		stop() {
			clearTimeout(timer);
			ending.abort();
			file.stop();
		},
	};
}
