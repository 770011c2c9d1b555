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
