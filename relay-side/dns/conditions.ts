import { condition } from "../../shared/health.ts";
import { MINUTE } from "../../shared/time.ts";

export const ownRecordsDrifted = condition<{ records: string }>({
	code: "dns.drift",
	severity: "warning",
	title: "records of the relay's own name are not as they were applied",
	visibleAfter: 10 * MINUTE,
	text: ({ records }, zone) =>
		`at deSEC ${records} of ${zone} are no longer what was applied, or this relay is called otherwise by now`,
	remedy: () =>
		'look at "heimweg-relay dns plan", and run "heimweg-relay dns apply", with --take for what somebody changed',
});
