import { takenPorts } from "../../shared/preflight.ts";
import { MINUTE } from "../../shared/time.ts";
import { registryOf } from "../facts.ts";
import { relayPart } from "../part.ts";
import * as conditions from "./conditions.ts";
import { createOutgoing } from "./policy.ts";

/** What homes may send: Postfix asks for each recipient of theirs. */
export const policy = relayPart({
	name: "policy",
	conditions: Object.values(conditions),
	preflight: async ({ postfix: { policy_port: port } }, { run, machineWell }) =>
		machineWell ? takenPorts(run, [{ key: "postfix.policy_port", protocol: "tcp", port }]) : [],

	create({ postfix: { policy_port: port } }, { facts, health, metrics }) {
		const outgoing = createOutgoing({
			...{ port, health, metrics },
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
