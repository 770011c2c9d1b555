import { agentPart } from "../part.ts";
import * as conditions from "./conditions.ts";
import { relayShape, reviewRelays } from "./config.ts";
import { guardRules } from "./guard.ts";
import { readPresharedKeys } from "./preshared-keys.ts";
import { createRelay } from "./relay.ts";
import { relayRows, relaySummary } from "./status.ts";

/** All about the relays, one at a time: tunnel, failover, pulse, check-in. */
export const relay = agentPart({
	name: "relay",
	config: relayShape,
	review: reviewRelays,
	conditions: Object.values(conditions),
	programs: ["wg", "ip"],
	guard: ({ relays }) => guardRules(relays, process.getuid?.() ?? 0),
	load: readPresharedKeys,
	create: (config, context, secrets) =>
		config.relays.map((one, at) => createRelay(one, config, context, secrets[at]!)),
	rows: relayRows,
	summary: relaySummary,
});
