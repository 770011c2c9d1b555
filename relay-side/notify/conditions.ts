import { condition } from "../../shared/health.ts";

export const notifyMailRouted = condition<{ mail: string }>({
	code: "notify.mail_routed_home",
	severity: "error",
	title: "who shall be told lives in a home's own domain",
	visibleAfter: 0,
	text: ({ mail }) =>
		`notify.mail is ${mail}, and mail for that domain is routed to a home of this relay: word of its absence would wait for its return`,
	remedy: () => "write an address into notify.mail that does not depend on this relay",
});
