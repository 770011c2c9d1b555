import { join } from "node:path";
import { listQueue } from "../../shared/postfix/queue.ts";
import { stateFile } from "../../shared/state.ts";
import { MINUTE } from "../../shared/time.ts";
import { registryOf } from "../facts.ts";
import { relayPart } from "../part.ts";
import * as conditions from "./conditions.ts";
import { createRoutes, leavingSchema } from "./routes.ts";

/** The way of mail to the homes: Postfix's maps transport and relay_domains. */
export const routes = relayPart({
	name: "routes",
	conditions: Object.values(conditions),

	create({ postfix: { service }, state_dir }, { facts, health, log, guarded, admit }) {
		const duty = createRoutes({
			...{ guarded, service, listQueue, health, log },
			maps: facts.maps.value!.store,
			admit: (domains) => admit([...domains]),
			registry: () => registryOf(facts),
			state: stateFile(join(state_dir, "leaving.json"), leavingSchema, log),
		});
		facts.homes.subscribe(({ changedDomains }) => {
			if (changedDomains.size > 0) duty.poke(changedDomains, { urgent: true });
		});
		facts.mapChanges.subscribe((map) => {
			if (map !== "relay_recipients") duty.poke(undefined, { urgent: true });
		});
		return {
			name: "routes",
			duties: () => [duty],
			ticks: [{ every: MINUTE, act: () => duty.poke() }],
			serve: () => duty.poke(),
		};
	},
});
