import { MINUTE } from "../../shared/time.ts";
import { registryOf } from "../facts.ts";
import { relayPart } from "../part.ts";
import { policySocket } from "../postfix/policy-socket.ts";
import * as conditions from "./conditions.ts";
import { createOutgoing } from "./outgoing.ts";

/** What is said of a key that an earlier version needed. */
const portUnused =
	'postfix.policy_port has no effect any more, because Postfix asks on a unix socket: remove it, and run "heimweg-relay postfix --apply" if you have not since the upgrade';

/** What homes may send: Postfix asks for each recipient of theirs. */
export const policy = relayPart({
	name: "policy",
	conditions: Object.values(conditions),

	create({ postfix: { policy_port: oldPort } }, { facts, run, health, log, metrics }) {
		if (oldPort !== undefined) log.warn(portUnused);
		const outgoing = createOutgoing({
			...{ health, metrics },
			path: () => policySocket(run),
			homeAt: (address) => facts.homes.value?.at.get(address),
			registry: () => registryOf(facts),
		});
		facts.homes.subscribe(() => outgoing.review());
		return {
			name: "policy",
			ticks: [{ every: MINUTE, act: outgoing.review }],
			serve: outgoing.start,
			stop: outgoing.stop,
		};
	},
});
