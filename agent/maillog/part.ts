import { createMailLog } from "../../shared/postfix/mail-log.ts";
import { MINUTE } from "../../shared/time.ts";
import { agentPart } from "../part.ts";
import * as conditions from "./conditions.ts";

/** Postfix's log: what it did with each mail, as far as it can be read. */
export const maillog = agentPart({
	name: "maillog",
	conditions: Object.values(conditions),

	create(_, { facts, run, health }) {
		const log = createMailLog({
			program: "heimweg",
			onDelivery: facts.logged.own("maillog"),
			...{ run, health },
		});
		return {
			name: "maillog",
			ticks: [{ every: 5 * MINUTE, act: log.look }],
			status: () => ({ mailLogRead: log.read ?? null }),
			async start() {
				log.start();
				void log.look();
			},
			stop: log.stop,
		};
	},
});
