import { join } from "node:path";
import { readSecret } from "../../shared/config.ts";
import { type ZoneMemory, zonesMemorySchema } from "../../shared/dns/plan/applied.ts";
import { digestOf, type Plan } from "../../shared/dns/plan/plan.ts";
import type { Provider } from "../../shared/dns/provider.ts";
import { budgetStateSchema } from "../../shared/dns/providers/desec/budget.ts";
import { createDesec } from "../../shared/dns/providers/desec/provider.ts";
import { untilVisible } from "../../shared/dns/visibility.ts";
import { relayName, relayRecords, zoneLines } from "../../shared/dns/wanted/relay-name.ts";
import { dnsCommands } from "../../shared/dns/zones/commands.ts";
import type { ShownPlan } from "../../shared/dns/zones/protocol.ts";
import { createSnapshots } from "../../shared/dns/zones/snapshots.ts";
import { createZones } from "../../shared/dns/zones/zones.ts";
import { HeimwegError, messageOf } from "../../shared/errors.ts";
import type { DnsAnswer } from "../../shared/protocol/dns.ts";
import { inTurn } from "../../shared/ticks.ts";
import { MINUTE } from "../../shared/time.ts";
import { version } from "../../shared/version.ts";
import { say } from "../../shared/words/say.ts";
import type { RelayContext } from "../part.ts";
import { ownRecordsDrifted } from "./conditions.ts";
import type { DnsConfig } from "./config.ts";

/** For one look at the zone. */
const lookTime = MINUTE;

export interface OwnZone {
	commands: Record<string, (argument: string) => Promise<string>>;
	/** Whether what was applied is still there; changes nothing. Never throws. */
	look(): Promise<void>;
	start(): Promise<void>;
	stop(): void;
}

/**
 * The records of the relay's own name, where their zone is at deSEC: planned when somebody asks, applied when somebody
 * says so. By itself the relay changes none of them, since its addresses stay; what drifts is told.
 */
export function createOwnZone(
	config: DnsConfig,
	stateDir: string,
	{ health, log, state }: Pick<RelayContext, "health" | "log" | "state">,
	/** What this machine is called, as far as it is known. */
	known: () => DnsAnswer | undefined,
	visible: typeof untilVisible = untilVisible,
): OwnZone {
	const file = state("zones.json", zonesMemorySchema);
	const snapshots = createSnapshots(join(stateDir, "zones"));
	const ending = new AbortController();
	let remembered: Record<string, ZoneMemory> = {};
	let provider: Promise<Provider> | undefined;

	function named(): DnsAnswer {
		const said = known();
		if (said) return said;
		throw new HeimwegError("what Postfix calls this relay is not known, or is no name for an MX record", {
			remedy: 'see that "postconf -h myhostname" says a full name, like relay.example.net',
		});
	}

	async function made(): Promise<Provider> {
		const { token_file: tokenFile, api } = config;
		if (!tokenFile)
			throw new HeimwegError("no token for the zone of this relay's name is configured", {
				remedy:
					'add token_file to [dns] in relay.toml, or set what "heimweg-relay dns plan" prints elsewhere',
			});
		provider ??= createDesec({
			...{ api, update: "https://update.dedyn.io/", userAgent: `heimweg-relay/${version}` },
			unit: "heimweg-relay",
			token: () => readSecret("dns.token_file", tokenFile),
			memory: state("desec-budget.json", budgetStateSchema),
			now: () => performance.now(),
			onWritten: () => {},
			onUncertain: () => {},
		});
		return provider;
	}

	const zones = createZones({
		...{ provider: made, command: "heimweg-relay dns", snapshot: snapshots.keep },
		subjects: () => [named().name],
		wishes: (_, zone) => relayName({ relay: named(), zone, clientNames: [] }),
		memory: {
			read: () => remembered,
			async write(all) {
				remembered = all;
				await file.write(all);
			},
		},
	});

	const commands = dnsCommands({
		...{ program: "heimweg-relay", zones, log, visible, snapshot: snapshots.last },
		addressRRsets: () => [],
		policies: async (tokenId, signal) => (await made()).policies(tokenId, signal),
		onBehind: () => {},
		onApplied: () => {},
		onSettled(plan) {
			if (plan) noted(plan);
			else void look();
		},
	});

	/** Where the zone is kept elsewhere the plan is the lines that its owner sets there. */
	async function plan(argument: string): Promise<string> {
		if (!config.token_file)
			return elsewhere(say`no token for the zone of this name is configured (dns.token_file)`);
		try {
			return await commands["dns-plan"]!(argument);
		} catch (error) {
			if (!(await made()).isElsewhere(error)) throw error;
			return elsewhere(say`no domain of the token's account at deSEC holds this name`);
		}
	}

	function elsewhere(why: string): string {
		const said = named();
		const remedy = `set these where its zone is kept, if they are not there: ${zoneLines(relayRecords(said)).join("; ")}`;
		const shown: ShownPlan = {
			...{ zone: said.name, changes: [], right: [], faults: [], digest: digestOf([]) },
			leftOut: [{ kind: "relay", name: said.name, why, remedy }],
		};
		return JSON.stringify([shown]);
	}

	function noted({ zone, changes, leftOut }: Plan): void {
		const { owned } = zones.memory(zone);
		const drifted = [...changes, ...leftOut.filter(({ remedy }) => remedy?.includes("--take"))]
			.filter(({ name, type }) => owned.some((one) => one.name === name && one.type === type))
			.map(({ name, type }) => `${name} ${type}`);
		const records = [...new Set(drifted)].join(", ");
		health.put(ownRecordsDrifted, zone, records ? { records } : undefined);
	}

	const look = inTurn(async () => {
		// Where nothing was applied nothing can drift, and nobody is asked.
		if (!config.token_file || Object.values(remembered).every(({ owned }) => owned.length === 0)) return;
		const signal = AbortSignal.any([ending.signal, AbortSignal.timeout(lookTime)]);
		try {
			for (const zone of await zones.names(signal)) noted(await zones.plan(zone, [], signal));
		} catch (error) {
			log.debug(
				{ err: error },
				`the records of this relay's name could not be looked at: ${messageOf(error)}`,
			);
		}
	});

	return {
		commands: { ...commands, "dns-plan": plan },
		look,
		async start() {
			remembered = (await file.read()) ?? {};
		},
		stop() {
			ending.abort();
			file.stop();
			void provider?.then((one) => one.stop());
		},
	};
}
