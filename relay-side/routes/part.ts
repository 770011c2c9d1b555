import { join } from "node:path";
import { fileMark } from "../../shared/file-mark.ts";
import { listQueue } from "../../shared/postfix/queue.ts";
import { stateFile } from "../../shared/state.ts";
import { MINUTE } from "../../shared/time.ts";
import { relayPart } from "../part.ts";
import * as conditions from "./conditions.ts";
import { createRoutes, due, leavingSchema } from "./routes.ts";

/** The maps that are written here. */
const written = ["transport", "relay_domains"] as const;

/** The way of mail to the homes: Postfix's maps transport and relay_domains. */
export const routes = relayPart({
	name: "routes",
	conditions: Object.values(conditions),

	create({ postfix: { service }, state_dir }, { facts, health, log, guarded, admit }) {
		const maps = facts.maps.value!;
		const duty = createRoutes({
			...{ guarded, service, listQueue, health, log },
			maps: maps.store,
			admit: (domains) => admit([...domains]),
			served: () => facts.homes.value!,
			async mark() {
				const marks = await Promise.all(written.map((map) => fileMark(maps.file(map))));
				return marks.join();
			},
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
			ticks: [{ every: MINUTE, act: () => duty.poke(due) }],
			serve: () => duty.poke(),
		};
	},
});
