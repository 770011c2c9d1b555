import { z } from "zod";
import { endpointText } from "../../shared/address.ts";
import { portSchema } from "../../shared/config.ts";
import { takenPorts } from "../../shared/preflight.ts";
import { MINUTE } from "../../shared/time.ts";
import { wireguard } from "../../shared/wireguard.ts";
import { relayPart } from "../part.ts";
import * as conditions from "./conditions.ts";
import { createPresence } from "./presence.ts";
import { createPulses } from "./pulses.ts";
import { roomProblems } from "./room.ts";
import { followSources, sourcesChain } from "./sources.ts";

const pulseShape = { pulse: z.strictObject({ port: portSchema.default(8686) }).prefault({}) };

/** The homes' pulses, and who is here because of them. */
export const pulse = relayPart({
	name: "pulse",
	config: pulseShape,
	conditions: Object.values(conditions),

	review({ pulse: { port }, tunnel }, complain) {
		if (port === tunnel.listen_port)
			complain(["pulse", "port"], `expected another port than tunnel.listen_port, got ${port}`);
	},
	async preflight({ pulse: { port }, homes_dir }, { run, machineWell, inspection }) {
		// Neither who holds the port nor too little room must keep the daemon from starting: it has conditions for that.
		if (!inspection.forAnother) return [];
		const taken = machineWell ? await takenPorts(run, [{ key: "pulse.port", protocol: "udp", port }]) : [];
		return [...taken, ...(await roomProblems(homes_dir))];
	},
	guard: ({ tunnel }) => [sourcesChain(tunnel.listen_port)],

	create({ pulse: { port }, tunnel }, { facts, identity, run, health, log, metrics, statusChanged }) {
		const presence = createPresence({
			...{ health, log },
			caughtUp: (then) => pulses.caughtUp(then),
			onChange(home, now) {
				facts.presence.own(home, "pulse")(now);
				statusChanged();
			},
		});
		const device = wireguard(run, tunnel.interface);
		const pulses = createPulses({
			addresses: tunnel.addresses,
			port,
			homeAt: (address) => facts.homes.value?.at.get(address),
			endpoints: () => device.endpoints(),
			sourcesFollowed: () => sources.followed(),
			...{ presence, identity, run, health, metrics },
		});
		const sources = followSources({ port: tunnel.listen_port, onSource: pulses.stir, log });
		facts.homes.subscribe(({ registry, changedHomes }) => {
			presence.keep(registry.homes.keys(), changedHomes);
			identity.keep(registry);
		});
		facts.tunnelUp.subscribe(() => pulses.start());
		metrics.gauge(
			"homes_here",
			"Homes whose pulses come",
			() => [...facts.presence.all.values()].filter(({ here }) => here).length,
		);
		return {
			name: "pulse",
			ticks: [{ every: MINUTE, act: pulses.review }],
			nudge: pulses.nudge,
			homeStatus({ id }) {
				const { here, since, lastSeen, endpoint } = presence.of(id);
				return {
					here,
					for: (performance.now() - since) / 1_000,
					lastSeen,
					endpoint: endpoint && endpointText(endpoint),
				};
			},
			start: identity.restore,
			serve() {
				presence.start();
				sources.start();
			},
			async stop() {
				pulses.stop();
				identity.stop();
				presence.stop();
				await sources.stop();
			},
		};
	},
});
