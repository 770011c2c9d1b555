import type { Failure } from "../../shared/conditions.ts";
import { condition } from "../../shared/health.ts";
import { MINUTE } from "../../shared/time.ts";

export const recordsFailing = condition<Failure>({
	code: "dns.failing",
	severity: "error",
	title: "the records at deSEC cannot be kept true",
	visibleAfter: 5 * MINUTE,
	text: ({ error }) => `the records at deSEC are not known to be true: ${error}`,
	remedy: ({ remedy }) => remedy ?? "heimweg tries again by itself",
});

export const recordsNotVisible = condition<{ servers: string; wanted: string }>({
	code: "dns.not_visible",
	severity: "warning",
	title: "the name servers do not answer the new address yet",
	visibleAfter: 5 * MINUTE,
	text: ({ servers, wanted }) => `${servers} did not answer ${wanted} within a minute after deSEC took it`,
	remedy: () => "look at https://desec.status.io and wait; the records are stored",
});
