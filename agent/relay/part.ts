import { agentPart } from "../part.ts";
import * as conditions from "./conditions.ts";
import { relayShape, reviewRelays } from "./config.ts";
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
	load: readPresharedKeys,
	create: (config, context, secrets) =>
		config.relays.map((one, at) => createRelay(one, config, context, secrets[at]!)),
	rows: relayRows,
	summary: relaySummary,
});
