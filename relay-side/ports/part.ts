import { existsSync } from "node:fs";
import { clientPortNumbers, proxyPort } from "../../shared/client-ports.ts";
import type { PortsAnswer } from "../../shared/protocol/ports.ts";
import { inTurn } from "../../shared/ticks.ts";
import { MINUTE, SECOND } from "../../shared/time.ts";
import { registryOf } from "../facts.ts";
import { relayPart } from "../part.ts";
import { haproxyUid } from "./account.ts";
import { addressesToTell, clientAddresses } from "./addresses.ts";
import { portsProblems } from "./check-files.ts";
import { type Served, sameServed, settlePorts } from "./claims.ts";
import * as conditions from "./conditions.ts";
import { homePorts, portsHomeFile, portsShape } from "./config.ts";
import { createCounting } from "./counting.ts";
import { guardRules } from "./guard.ts";
import { createHaproxy } from "./haproxy.ts";
import { haproxyPlaces } from "./haproxy-config.ts";
import { createKeeper, namesAlone, some } from "./keeper.ts";
import { answersAt, createLooks } from "./looks.ts";
import { ownNames } from "./own-names.ts";
import { resolveAddresses } from "./resolve.ts";
import { type PortsStatus, portsRows } from "./status.ts";
import { createTold, toldSchema } from "./told.ts";
import { trafficSchema } from "./traffic.ts";

/** The client ports of the homes: HAProxy takes connections at the relay and hands each on to the home that is meant. */
export const ports = relayPart({
	name: "ports",
	config: portsShape,
	homeFile: portsHomeFile,
	conditions: Object.values(conditions),
	preflight: async ({ homes_dir, state_dir }, { run, inspection, machineWell }) =>
		// It keeps nothing else from working, and while the daemon runs there are conditions for it.
		machineWell && inspection.forAnother
			? portsProblems({
					run,
					homesDirectory: homes_dir,
					serving: existsSync(haproxyPlaces(state_dir).config),
				})
			: [],
	guard: ({ tunnel }) => guardRules(tunnel.networks, clientPortNumbers.map(proxyPort), haproxyUid()),

	async create(
		{ ports: config, state_dir, tunnel },
		{ facts, identity, run, health, log, guarded, state, statusChanged, metrics },
	) {
		const places = haproxyPlaces(state_dir);
		const haproxy = createHaproxy(places);
		const told = createTold(state("ports.json", toldSchema));
		const counting = createCounting(haproxy, state("ports-today.json", trafficSchema));
		const tellProcess = facts.haproxy.own("ports");
		const relayNames = ownNames(run);
		metrics.gauge("client_connections", "Connections of clients to homes now", counting.now);
		let before: ReadonlyMap<string, string> = new Map();
		let served: readonly Served[] = [];
		let settledOnce = false;
		let servedBy: ReadonlyMap<string, Served> = new Map();

		function settle(): void {
			const { byDomain } = facts.homes.value!;
			const { homes } = registryOf(facts);
			const settled = settlePorts({ homes, byDomain, told: told.all, relayNames: relayNames.all, before });
			before = settled.holders;
			served = settled.served;
			const was = servedBy;
			servedBy = new Map(served.map((one) => [one.home, one]));
			// Whoever has told us something hears what came of it; after our start everybody is as before.
			if (settledOnce)
				for (const id of told.all.keys()) if (!sameServed(was.get(id), servedBy.get(id))) identity.renew(id);
			settledOnce = true;
			health.putAll(
				conditions.nameClaimed,
				new Map(settled.refusals.map(({ what, homes: ids, holder }) => [what, { homes: some(ids), holder }])),
			);
		}

		const keeper = createKeeper({
			...{ haproxy, places, limits: config, run, guarded, health, log },
			wanted() {
				settle();
				return { served, homes: registryOf(facts).homes.size };
			},
			onProcess(pid) {
				tellProcess({ socket: places.socket, master: places.master, pid });
				statusChanged();
			},
		});

		const looks = createLooks({
			served: () => served,
			isHere: (home) => facts.presence.all.get(home)?.here ?? false,
			// What the owner wrote, and what the home wants to lead here.
			relayed(home) {
				const known = registryOf(facts).homes.get(home);
				return (known && homePorts(known).clientNames) ?? told.all.get(home)?.relayed ?? [];
			},
			addressesFor(one) {
				const { addresses, complete } = clientAddresses(
					config.addresses,
					one.publicAddresses,
					tunnel.networks,
				);
				return complete ? new Set(addresses) : undefined;
			},
			answers: (name, port) => answersAt(tunnel.addresses[0]!, name, port),
			resolve: resolveAddresses,
			health,
		});

		/** A process that has just started has read its files, which may be older than what was told since. */
		async function lookAtProcess(): Promise<void> {
			if (!guarded()) return;
			const now = await haproxy.pid();
			if (now !== facts.haproxy.value?.pid) keeper.poke(undefined, { urgent: true });
		}

		const lookAtNames = inTurn(async () => {
			if (await relayNames.look()) keeper.poke(namesAlone, { urgent: true });
		});

		facts.settingsChanges.subscribe(() => void lookAtNames());
		facts.homes.subscribe(({ registry, changedHomes }) => {
			told.keep(registry.homes);
			for (const home of changedHomes) looks.forget(home);
			keeper.poke(namesAlone, { urgent: true });
		});

		return {
			name: "ports",
			duties: () => [keeper],
			ticks: [
				{ every: MINUTE, act: () => keeper.poke() },
				{ every: 10 * MINUTE, act: lookAtNames },
				{ every: 5 * SECOND, act: lookAtProcess },
				{ every: 5 * SECOND, act: () => facts.haproxy.value?.pid !== undefined && looks.look() },
				{ every: 10 * SECOND, act: () => facts.haproxy.value?.pid !== undefined && counting.look() },
			],
			homeStatus(home) {
				const own = servedBy.get(home.id);
				if (!own) return {};
				const { names, ports: numbers, publicAddresses } = own;
				return { ports: { names, ports: numbers, publicAddresses, traffic: counting.of(home.id) } };
			},
			status: (): PortsStatus => ({
				clients: {
					homes: served.length,
					names: served.reduce((sum, { names }) => sum + names.length, 0),
					running: facts.haproxy.value?.pid !== undefined,
					connections: counting.now(),
					refused: counting.refused(),
				},
			}),
			checkin: {
				own(home, said): PortsAnswer | undefined {
					if (told.take(home.id, said)) {
						looks.forget(home.id);
						keeper.poke(namesAlone, { urgent: true });
					}
					if (said === undefined) return undefined;
					const own = servedBy.get(home.id);
					const { addresses, complete } = addressesToTell(
						clientAddresses(config.addresses, own?.publicAddresses, tunnel.networks),
						new Set(served.flatMap((one) => (one === own ? [] : one.publicAddresses))),
					);
					return { addresses, complete, names: [...(own?.names ?? [])], ports: [...(own?.ports ?? [])] };
				},
			},
			async start() {
				await Promise.all([told.read(), counting.read()]);
				await relayNames.look();
			},
			serve: () => keeper.poke(),
			stop() {
				told.stop();
				counting.stop();
			},
		};
	},

	rows: portsRows,
});
