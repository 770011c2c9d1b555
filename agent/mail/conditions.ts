import type { Failure } from "../../shared/conditions.ts";
import { condition } from "../../shared/health.ts";
import { MINUTE } from "../../shared/time.ts";

export const outgoingFailing = condition<Failure>({
	code: "mail.outgoing_failing",
	formerly: "outgoing.failing",
	severity: "warning",
	title: "mail that waits here for the relay is not looked after",
	visibleAfter: 10 * MINUTE,
	text: ({ error }) => `mail that waited for the relay goes out at Postfix's own times only: ${error}`,
	remedy: ({ remedy }) => remedy ?? "look at the reason; heimweg tries again by itself",
});

export const postfixNotSetUp = condition<{ missing: readonly string[] }>({
	code: "mail.not_set_up",
	severity: "error",
	title: "Postfix is not set up for Heimweg",
	visibleAfter: 0,
	text: ({ missing }) => `this home's Postfix is not set up for Heimweg: ${missing.join("; ")}`,
	remedy: ({ missing }) =>
		`run "heimweg postfix --apply" on this home, which sets it; "heimweg postfix" shows first what it would set${missing.some((one) => one.startsWith("relayhost")) ? '. If mail is meant to go out another way, write outgoing = "other" under [mail] in heimweg.toml' : ""}`,
});
