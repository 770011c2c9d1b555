import type { Failure } from "../../shared/conditions.ts";
import { condition } from "../../shared/health.ts";
import { MINUTE } from "../../shared/time.ts";

export const queueFailing = condition<Failure>({
	code: "queue.failing",
	severity: "warning",
	title: "waiting mail cannot be looked after",
	visibleAfter: 1 * MINUTE,
	text: ({ error }) => `mail that waits for a home goes out at Postfix's own times only: ${error}`,
	remedy: ({ remedy }) => remedy ?? "look at the reason; heimweg-relay tries again by itself",
});

export const mailServerSilent = condition<{ server: string; reason: string }>({
	code: "queue.mail_server_silent",
	formerly: "home.mail_server_silent",
	severity: "error",
	title: "a home is here, but its mail server does not answer",
	visibleAfter: 2 * MINUTE,
	text: ({ server, reason }, home) =>
		`the home ${home} is here, but its mail server at ${server} does not take the mail that waits: ${reason}`,
	remedy: () =>
		'look at home whether Postfix runs ("systemctl status postfix"), and whether a firewall there lets the relay\'s tunnel address in',
});

export const mailStays = condition<{ reason: string; cause: string; advice: string }>({
	code: "queue.mail_stays",
	formerly: "home.mail_stays",
	severity: "warning",
	title: "mail stays on the relay although the home's mail server answers",
	visibleAfter: 10 * MINUTE,
	text: ({ reason, cause }, home) =>
		`mail for the home ${home} stays here although its mail server answers: ${cause}; Postfix says: ${reason}`,
	remedy: ({ advice }) =>
		`${advice}; "mailq" on the relay lists the mails, and Postfix tries them again until they are too old`,
});

export const worldMailWaits = condition<{ text: string; cause: string; advice: string }>({
	code: "queue.world_mail_waits",
	severity: "error",
	title: "mail to the world waits for a reason of the relay's own",
	visibleAfter: 2 * MINUTE,
	text: ({ cause, text }) => `mail to the world waits on this relay, since ${cause}; Postfix says: ${text}`,
	remedy: ({ advice }) => `${advice}; "mailq" lists the mails, and Postfix tries them again by itself`,
});

export const mailOld = condition<{ arrived: string; returns?: string }>({
	code: "queue.mail_old",
	formerly: "home.mail_old",
	severity: "warning",
	title: "mail for a home has waited for more than a day",
	visibleAfter: 0,
	mail: 0,
	text: ({ arrived, returns }, home) =>
		`mail for the home ${home} has waited here since ${arrived}${
			returns ? `, and goes back to its sender as undeliverable after ${returns}` : ""
		}`,
	remedy: (_, home) =>
		`see that the home ${home} and its mail server come back before that; to gain time, raise maximal_queue_lifetime ("postconf -e maximal_queue_lifetime=10d", then "postfix reload")`,
});
