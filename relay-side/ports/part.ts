import { hostname } from "node:os";
import { clientPortNumbers, proxyPort } from "../../shared/client-ports.ts";
import type { PortsAnswer } from "../../shared/protocol/ports.ts";
import { MINUTE, SECOND } from "../../shared/time.ts";
import { registryOf } from "../facts.ts";
import { relayPart } from "../part.ts";
import { haproxyUid } from "./account.ts";
import { clientAddresses } from "./addresses.ts";
import { type Served, settlePorts } from "./claims.ts";
import * as conditions from "./conditions.ts";
import { portsHomeFile, portsShape } from "./config.ts";
import { guardRules } from "./guard.ts";
import { createHaproxy } from "./haproxy.ts";
import { haproxyPlaces } from "./haproxy-config.ts";
import { createKeeper, some } from "./keeper.ts";
import { tellAll } from "./tell-all.ts";
import { createTold, toldSchema } from "./told.ts";

/** The client ports of the homes: HAProxy takes connections at the relay and hands each on to the home that is meant. */
export const ports = relayPart({
	name: "ports",
	config: portsShape,
	homeFile: portsHomeFile,
	conditions: Object.values(conditions),
	guard: ({ tunnel }) => guardRules(tunnel.networks, clientPortNumbers.map(proxyPort), haproxyUid()),

	async create(
		{ ports: config, state_dir, tunnel },
		{ facts, run, health, log, guarded, state, statusChanged },
	) {
		const places = haproxyPlaces(state_dir);
		const haproxy = createHaproxy(places);
		const told = createTold(state("ports.json", toldSchema));
		const tellProcess = facts.haproxy.own("ports");
		const relayNames = new Set([hostname()]);
		let before: ReadonlyMap<string, string> = new Map();
		let served: readonly Served[] = [];

		function settle(): void {
			const { byDomain } = facts.homes.value!;
			const { homes } = registryOf(facts);
			const settled = settlePorts({ homes, byDomain, told: told.all, relayNames, before });
			before = settled.holders;
			served = settled.served;
			tellAll(
				health,
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
				tellProcess({ socket: places.socket, pid });
				statusChanged();
			},
		});

		/** Another process than before has read its files, which may be older than what was told since. */
		async function lookAtProcess(): Promise<void> {
			const before = facts.haproxy.value?.pid;
			if (before === undefined || !guarded()) return;
			const now = await haproxy.pid(AbortSignal.timeout(5 * SECOND)).catch(() => undefined);
			if (now !== before) keeper.poke(undefined, { urgent: true });
		}

		facts.homes.subscribe(({ registry }) => {
			told.keep(registry.homes);
			keeper.poke(undefined, { urgent: true });
		});

		return {
			name: "ports",
			duties: () => [keeper],
			ticks: [
				{ every: MINUTE, act: () => keeper.poke() },
				{ every: 5 * SECOND, act: lookAtProcess },
			],
			checkin: {
				own(home, said): PortsAnswer | undefined {
					if (told.take(home.id, said)) keeper.poke(undefined, { urgent: true });
					if (said === undefined) return undefined;
					const own = served.find((one) => one.home === home.id);
					const { addresses, complete } = clientAddresses(
						config.addresses,
						own?.publicAddresses,
						tunnel.networks,
					);
					return { addresses, complete, names: [...(own?.names ?? [])], ports: [...(own?.ports ?? [])] };
				},
			},
			async start() {
				await told.read();
				// A name of the relay's own is never a home's.
				const ours = await run("postconf", ["-h", "myhostname"]).catch(() => "");
				if (ours.trim()) relayNames.add(ours.trim().toLowerCase());
			},
			serve: () => keeper.poke(),
			stop: () => told.stop(),
		};
	},
});
