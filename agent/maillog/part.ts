import { mailLogPart } from "../../shared/postfix/mail-log-part.ts";
import { relayAnswers } from "../facts.ts";
import { agentPart } from "../part.ts";
import * as conditions from "./conditions.ts";

/** Postfix's log: what it did with each mail, as far as it can be read. */
export const maillog = agentPart({
	name: "maillog",
	conditions: Object.values(conditions),

	create: (_, { facts, run, health }) =>
		mailLogPart("maillog", {
			program: "heimweg",
			whenUp: relayAnswers(facts),
			onDelivery: facts.logged.own("maillog"),
			...{ run, health },
		}),
});
