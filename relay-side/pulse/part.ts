import { z } from "zod";
import { endpointText } from "../../shared/address.ts";
import { portSchema } from "../../shared/config.ts";
import { floodChain } from "../../shared/flood.ts";
import { createLastWorked, lastWorkedSchema, together } from "../../shared/last-worked.ts";
import { takenPorts } from "../../shared/preflight.ts";
import { publicKeyOf } from "../../shared/protocol/keys.ts";
import { MINUTE } from "../../shared/time.ts";
import { wireguard } from "../../shared/wireguard.ts";
import { say } from "../../shared/words/say.ts";
import type { Registry } from "../facts.ts";
import { relayPart } from "../part.ts";
import { homeChanges } from "./changes.ts";
import * as conditions from "./conditions.ts";
import { createPresence } from "./presence.ts";
import { createPulses } from "./pulses.ts";
import { roomProblems } from "./room.ts";
import { followSources, sourcesChain } from "./sources.ts";

/** Pulses of one address that are read at all in a second, and after a pause; what of them is answered is fewer by far. */
const read = { perSecond: 1_000, burst: 2_000 };

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
	guard: ({ tunnel, pulse: { port } }) => [
		sourcesChain(tunnel.listen_port),
		floodChain({ chain: "pulse_flood", tunnel: tunnel.interface, packets: `udp dport ${port}`, ...read }),
	],

	create(
		{ pulse: { port }, tunnel },
		{ facts, identity, key, run, health, log, metrics, state, statusChanged },
	) {
		const changes = homeChanges(() => performance.now());
		const lastWorked = createLastWorked(state("worked.json", lastWorkedSchema), {
			"this relay's key": publicKeyOf(key.privateKey),
			"its tunnel addresses": tunnel.addresses.join(),
			"its WireGuard port": String(tunnel.listen_port),
			"its pulse port": String(port),
		});
		/** Some home came since our start. */
		let came = false;
		const presence = createPresence({
			...{ health, log },
			changed(home, lastPulse) {
				const own = came ? [] : lastWorked.changed();
				const names = together(own);
				const since =
					own.length === 1
						? say`${names} was changed since homes last came`
						: say`${names} were changed since homes last came`;
				const words = [...(own.length > 0 ? [since] : []), changes.of(home, lastPulse) ?? []].flat();
				return words.length > 0 ? words.join("; ") : undefined;
			},
			caughtUp: (then) => pulses.caughtUp(then),
			onChange(home, now) {
				if (now?.here && !came) {
					came = true;
					lastWorked.worked();
				}
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
		let before: Registry | undefined;
		facts.homes.subscribe(({ registry, changedHomes }) => {
			for (const id of changedHomes) {
				const now = registry.homes.get(id);
				if (now) changes.note(id, before?.homes.get(id), now);
				else changes.forget(id);
			}
			before = registry;
			presence.keep(registry.homes, changedHomes);
			identity.keep(registry, changedHomes);
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
			async start() {
				await Promise.all([identity.restore(), lastWorked.restore()]);
			},
			serve() {
				presence.start();
				sources.start();
			},
			async stop() {
				pulses.stop();
				identity.stop();
				lastWorked.stop();
				presence.stop();
				await sources.stop();
			},
		};
	},
});
