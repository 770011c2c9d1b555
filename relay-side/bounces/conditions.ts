import type { Failure } from "../../shared/conditions.ts";
import { condition } from "../../shared/health.ts";
import { MINUTE } from "../../shared/time.ts";

interface Refused {
	home: string;
	recipient: string;
	text: string;
	cause: string;
	advice: string;
}

export const refusedListed = condition<Refused>({
	code: "bounces.listed_refused",
	severity: "error",
	title: "a home refuses a recipient of its own list, and its mail goes back",
	visibleAfter: 0,
	mail: 0,
	text: ({ home, recipient, cause, text }, domain) =>
		`mail for ${domain} went back to its sender: the home ${home} refused ${recipient}, who stands in its own list of valid recipients; ${cause}; Postfix says: ${text}`,
	remedy: ({ advice, home }) =>
		`${advice}; then run "heimweg-relay verify ${home}" here, which asks the home again without a mail`,
});

export const mailReturned = condition<Refused>({
	code: "bounces.content_refused",
	severity: "warning",
	title: "a home refuses mail that the relay took for it, and it goes back",
	visibleAfter: 5 * MINUTE,
	text: ({ home, recipient, cause, text }, domain) =>
		`mail for ${domain} went back to its sender: the home ${home} knows ${recipient}, and refused what the relay had taken; ${cause}; Postfix says: ${text}`,
	remedy: () =>
		"let the relay refuse it at once (the same message_size_limit on both machines, and the same filter here): a mail that is sent back may go to somebody who never wrote it",
});

export const homeReturns = condition<Refused>({
	code: "bounces.home_returns",
	severity: "error",
	title: "a home took mail, and sent it back to its sender",
	visibleAfter: 0,
	mail: 0,
	text: ({ home, recipient, cause, text }, domain) =>
		`mail for ${domain} went back to its sender: the home ${home} took it for ${recipient}, and could not deliver it; ${cause}; Postfix there says: ${text}`,
	remedy: ({ advice }) => advice,
});

export const mailHeld = condition<Refused & { until: string | undefined }>({
	code: "bounces.mail_held",
	severity: "error",
	title: "mail that a home refuses is held instead of sent back",
	visibleAfter: 0,
	mail: 0,
	text: ({ recipient, cause, text, until }, home) =>
		`mail for the home ${home} is held here, which would have gone back to its sender: the home refuses ${recipient}; ${cause}; Postfix says: ${text}; ${until === undefined ? "it waits for recipients elsewhere too, and goes back when Postfix gives it up" : `the oldest goes back after ${until}`}`,
	remedy: ({ advice }, home) =>
		`${advice}; what the home takes then is delivered by itself; to send back what is held, run "heimweg-relay let-go ${home}"`,
});

export const holdFailing = condition<Failure>({
	code: "bounces.hold_failing",
	severity: "warning",
	title: "mail that is held is not looked after",
	visibleAfter: 5 * MINUTE,
	text: ({ error }) => `mail that is held for a home that refuses it is not looked after: ${error}`,
	remedy: ({ remedy }) => remedy ?? "look at the reason; heimweg-relay tries again by itself",
});
