import { takenPorts } from "../../shared/preflight.ts";
import { createRest } from "../../shared/rest.ts";
import { tunnelInterface } from "../../shared/tunnel-interface.ts";
import { wireguard } from "../../shared/wireguard.ts";
import { registryOf } from "../facts.ts";
import { relayPart } from "../part.ts";
import * as conditions from "./conditions.ts";
import { askedEvery, createLooks, share } from "./looks.ts";
import { createPeers } from "./peers.ts";

/** The tunnel's interface, and the homes as its peers. */
export const peers = relayPart({
	name: "peers",
	conditions: Object.values(conditions),

	async preflight({ tunnel }, { run, inspection, machineWell }) {
		// Whoever holds the port must not keep the daemon from starting, which has a condition for that.
		if (!machineWell || !inspection.forAnother) return [];
		const device = await wireguard(run, tunnel.interface).device();
		// From our last start the interface may hold it already.
		if (device?.listenPort === tunnel.listen_port) return [];
		return takenPorts(run, [{ key: "tunnel.listen_port", protocol: "udp", port: tunnel.listen_port }]);
	},

	create({ tunnel }, { facts, key, run, health, log, guarded, nudge }) {
		const tellUp = facts.tunnelUp.own("peers");
		const tellPeers = facts.peers.own("peers");
		const { interface: name, addresses, networks, mtu, listen_port: listenPort } = tunnel;
		const duty = createPeers({
			...{ guarded, nudge, health, log },
			device: tunnelInterface(run, { name, addresses, networks, mtu, listenPort, ...key }),
			homes: () => registryOf(facts).homes,
			enrolments: () => facts.enrolments.value,
			onPeers: tellPeers,
			presence: (home) => facts.presence.all.get(home),
			onUp: () => tellUp(true),
			onEnd(took) {
				lastLook = performance.now();
				rest.took(took);
			},
		});
		const rest = createRest(share);
		let lastLook = performance.now();
		const looks = createLooks({
			look: (how) => duty.poke(undefined, how),
			anyAway: () =>
				(facts.enrolments.value?.length ?? 0) > 0 ||
				[...facts.presence.all.values()].some(({ here }) => !here),
			lastLook: () => lastLook,
			rest,
		});
		facts.homes.subscribe(({ changedHomes }) => {
			if (changedHomes.size > 0) duty.poke(undefined, { urgent: true });
		});
		facts.enrolments.subscribe(() => duty.poke(undefined, { urgent: true }));
		facts.presence.subscribe((_, now, before) => {
			if (before?.here && now && !now.here) looks.soon();
		});
		return {
			name: "peers",
			duties: () => [duty],
			ticks: [{ every: askedEvery, act: looks.ask }],
			serve: () => duty.poke(),
			stop: looks.stop,
		};
	},
});
