import type { Failure } from "../../shared/conditions.ts";
import { condition } from "../../shared/health.ts";
import { MINUTE } from "../../shared/time.ts";

export const recordsFailing = condition<Failure>({
	code: "dns.failing",
	severity: "error",
	title: "the records at deSEC cannot be kept true",
	dependsOn: ["relay.line_down"],
	visibleAfter: 5 * MINUTE,
	text: ({ error }) => `the records at deSEC are not known to be true: ${error}`,
	remedy: ({ remedy }) => remedy ?? "heimweg tries again by itself",
});

export const recordsNotVisible = condition<{ servers: string; wanted: string }>({
	code: "dns.not_visible",
	severity: "warning",
	title: "the name servers do not answer the new address yet",
	dependsOn: ["relay.line_down"],
	visibleAfter: 5 * MINUTE,
	text: ({ servers, wanted }) =>
		`deSEC has taken ${wanted}, but ${servers} did not answer it within a minute: the world still sees what was there before`,
	remedy: () =>
		"nothing; deSEC is made to publish it anew, and it is looked at each minute (status: https://desec.status.io)",
});

export const mailRecordsDrifted = condition<{ records: string }>({
	code: "dns.drift",
	severity: "warning",
	title: "records of a mail domain are not as they were applied",
	dependsOn: ["relay.line_down"],
	visibleAfter: 10 * MINUTE,
	text: ({ records }, zone) =>
		`at deSEC ${records} of ${zone} are no longer what was applied, or what is wanted has changed since`,
	remedy: () =>
		'look at "heimweg dns plan", and run "heimweg dns apply", with --take for what somebody changed',
});
