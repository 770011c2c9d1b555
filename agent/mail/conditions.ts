import type { Failure } from "../../shared/conditions.ts";
import { condition } from "../../shared/health.ts";
import { MINUTE, SECOND } from "../../shared/time.ts";

export const outgoingFailing = condition<Failure>({
	code: "outgoing.failing",
	severity: "warning",
	title: "mail that waits here for the relay is not looked after",
	quiet: 10 * MINUTE,
	text: ({ error }) => `mail that waited for the relay goes out at Postfix's own times only: ${error}`,
	remedy: ({ remedy }) => remedy ?? "look at the reason; heimweg tries again by itself",
});

export const routesMissing = condition<{ missing: string; home: string }>({
	code: "checkin.routes_missing",
	severity: "error",
	title: "the relay does not route all our domains",
	quiet: 30 * SECOND,
	text: ({ missing, home }) => `the relay does not send the mail of ${missing} to this home (${home})`,
	remedy: ({ home }) => `on the relay, add the domain to /etc/heimweg-relay/homes.d/${home}.toml`,
});
