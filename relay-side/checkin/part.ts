import { z } from "zod";
import { portSchema } from "../../shared/config.ts";
import { takenPorts } from "../../shared/preflight.ts";
import { relayPart } from "../part.ts";
import { createCheckins } from "./checkins.ts";
import * as conditions from "./conditions.ts";

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

	create({ checkin: { port }, tunnel }, { facts, key, identity, run, health, metrics, checkin: sections }) {
		const checkins = createCheckins({
			...{ addresses: tunnel.addresses, port, facts, sections, identity, run, health, metrics },
			privateKey: key.privateKey,
		});
		facts.homes.subscribe(({ registry }) => checkins.keep(registry));
		facts.tunnelUp.subscribe(() => checkins.start());
		return {
			name: "checkin",
			homeStatus({ id }) {
				const told = checkins.of(id);
				return { agent: told && { version: told.version, conditions: told.conditions } };
			},
			stop: checkins.stop,
		};
	},
});
