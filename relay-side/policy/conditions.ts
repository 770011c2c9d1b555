import type { Failure } from "../../shared/conditions.ts";
import { condition } from "../../shared/health.ts";
import { SECOND } from "../../shared/time.ts";

export const policyFailing = condition<Failure>({
	code: "policy.failing",
	severity: "error",
	title: "Postfix cannot ask what the homes may send",
	visibleAfter: 10 * SECOND,
	text: ({ error }) =>
		`the homes' outgoing mail waits at home, because Postfix cannot ask what they may send: ${error}`,
	remedy: ({ remedy }) => remedy ?? "heimweg-relay tries again every second",
});

export const senderRefused = condition<{ senders: readonly string[]; more: boolean }>({
	code: "policy.sender_refused",
	formerly: "home.sender_refused",
	severity: "warning",
	title: "mail of a home was refused because of its sender",
	visibleAfter: 0,
	text: ({ senders, more }, home) =>
		`the relay did not send mail from ${senders.join(", ")}${more ? " and others" : ""} for the home ${home}, because the sender is in none of its domains`,
	remedy: (_, home) =>
		`send with an address of an own domain; or, on the relay in homes.d/${home}.toml, add the sender's domain to domains if it is this home's, or write senders = "any" for a home that forwards mail`,
});
