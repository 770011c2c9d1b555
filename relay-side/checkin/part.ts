import { z } from "zod";
import { portSchema } from "../../shared/config.ts";
import { floodChain } from "../../shared/flood.ts";
import { takenPorts } from "../../shared/preflight.ts";
import { proofsBy } from "../../shared/protocol/proof.ts";
import { relayPart } from "../part.ts";
import { createCheckins } from "./checkins.ts";
import * as conditions from "./conditions.ts";

/** Connections of one address that are taken in a second, and after a pause: each may begin a TLS handshake. */
const taken = { perSecond: 50, burst: 500 };

const checkinShape = { checkin: z.strictObject({ port: portSchema.default(8687) }).prefault({}) };

/** The homes' check-ins: what they tell of themselves, and what they are told. */
export const checkin = relayPart({
	name: "checkin",
	config: checkinShape,
	conditions: Object.values(conditions),
	preflight: async ({ checkin: { port } }, { run, inspection, machineWell }) =>
		// Whoever holds it must not keep the daemon from starting, which has conditions for that.
		machineWell && inspection.forAnother
			? takenPorts(run, [{ key: "checkin.port", protocol: "tcp", port }])
			: [],

	guard: ({ tunnel, checkin: { port } }) => [
		floodChain({
			...{ chain: "checkin_flood", tunnel: tunnel.interface, ...taken },
			packets: `tcp dport ${port} tcp flags & (syn | ack) == syn`,
		}),
	],

	create({ checkin: { port }, tunnel }, context) {
		const { facts, key, identity, run, health, metrics, checkin: sections } = context;
		const checkins = createCheckins({
			...{ addresses: tunnel.addresses, port, facts, sections, identity, run, health, metrics },
			// Not what it has said itself.
			proofs: (home) => context.homeProofs(home, "checkin"),
			privateKey: key.privateKey,
		});
		facts.homes.subscribe(({ registry }) => checkins.keep(registry));
		facts.tunnelUp.subscribe(() => checkins.start());
		return {
			name: "checkin",
			homeStatus({ id }) {
				const told = checkins.of(id);
				if (!told) return { agent: undefined };
				const { version, conditions, errors = [], waiting, at } = told;
				return { agent: { version, conditions, errors, waiting, at: at.toISOString() } };
			},
			homeProof: ({ id }) => proofsBy("home", checkins.of(id)?.proofs ?? []),
			stop: checkins.stop,
		};
	},
});
