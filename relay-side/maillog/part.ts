import { mailLogPart } from "../../shared/postfix/mail-log-part.ts";
import { interfaceUp } from "../facts.ts";
import { relayPart } from "../part.ts";
import * as conditions from "./conditions.ts";

/** Postfix's log: what it did with each mail, as far as it can be read. */
export const maillog = relayPart({
	name: "maillog",
	conditions: Object.values(conditions),

	create: (_, { facts, run, health }) =>
		mailLogPart("maillog", {
			program: "heimweg-relay",
			whenUp: interfaceUp(facts),
			onDelivery: facts.logged.own("maillog"),
			...{ run, health },
		}),
});
