import type { Failure } from "../shared/conditions.ts";
import { condition } from "../shared/health.ts";

/** What can be wrong on the relay, each declared once; those of the home files are in homes/conditions.ts. */

const seconds = 1_000;
const minutes = 60 * seconds;

export const peersFailing = condition<Failure>({
	code: "peers.failing",
	severity: "error",
	title: "the tunnel cannot be set up",
	blocksMail: true,
	quiet: 10 * seconds,
	text: ({ error }) => `the tunnel to the homes cannot be set up: ${error}`,
	remedy: ({ remedy }) => remedy ?? 'look at "wg show" and "ip address"; heimweg-relay tries again by itself',
});

export const peerSecretWrong = condition<{ problem: string }>({
	code: "peers.secret_wrong",
	severity: "error",
	title: "a home's preshared key cannot be used",
	quiet: 0,
	text: ({ problem }, home) => `${home}: ${problem} (this home keeps what was last applied)`,
	remedy: (_, home) => `correct preshared_key_file in homes.d/${home}.toml, or the file it names`,
});

export const pulseFailing = condition<Failure>({
	code: "pulse.failing",
	severity: "error",
	title: "pulses cannot be received",
	blocksMail: true,
	quiet: 10 * seconds,
	text: ({ error }) => `the pulse port cannot be served: ${error}`,
	remedy: ({ remedy }) => remedy ?? "heimweg-relay tries again every second",
});

export const homeAway = condition<{ seen: string | undefined }>({
	code: "home.away",
	severity: "warning",
	title: "the home is away",
	quiet: 5 * minutes,
	text: ({ seen }, home) =>
		seen
			? `no pulse from the home ${home} since ${seen}; its mail waits here`
			: `the home ${home} has not come yet; its mail waits here`,
	remedy: (_, home) =>
		`look at home at "heimweg status" and the internet line; compare the keys with homes.d/${home}.toml`,
});

export const homeNoisy = condition<{ dropped: number }>({
	code: "home.too_many_pulses",
	severity: "warning",
	title: "a home sends too many pulses",
	quiet: 1 * minutes,
	text: (_, home) => `the home ${home} sends more than 5 pulses a second; the rest is dropped`,
	remedy: () => "look at that machine for a second agent or a program gone wild",
});

export const checkinServing = condition<Failure>({
	code: "checkin.failing",
	severity: "warning",
	title: "check-ins cannot be received",
	quiet: 10 * seconds,
	text: ({ error }) => `the check-in port cannot be served: ${error}`,
	remedy: ({ remedy }) => remedy ?? "heimweg-relay tries again every second",
});

export const policyFailing = condition<Failure>({
	code: "policy.failing",
	severity: "error",
	title: "Postfix cannot ask what the homes may send",
	quiet: 10 * seconds,
	text: ({ error }) =>
		`the homes' outgoing mail waits at home, because Postfix cannot ask what they may send: ${error}`,
	remedy: ({ remedy }) => remedy ?? "heimweg-relay tries again every second",
});

export const senderRefused = condition<{ senders: readonly string[]; more: boolean }>({
	code: "home.sender_refused",
	severity: "warning",
	title: "mail of a home was refused because of its sender",
	quiet: 0,
	text: ({ senders, more }, home) =>
		`the relay did not send mail from ${senders.join(", ")}${more ? " and others" : ""} for the home ${home}, because the sender is in none of its domains`,
	remedy: (_, home) =>
		`send with an address of an own domain; or, on the relay in homes.d/${home}.toml, add the sender's domain to domains if it is this home's, or write senders = "any" for a home that forwards mail`,
});

export const mailOld = condition<{ arrived: string; returns?: string }>({
	code: "home.mail_old",
	severity: "warning",
	title: "mail for a home has waited for more than a day",
	quiet: 0,
	text: ({ arrived, returns }, home) =>
		`mail for the home ${home} has waited here since ${arrived}${
			returns ? `, and goes back to its sender as undeliverable after ${returns}` : ""
		}`,
	remedy: (_, home) =>
		`see that the home ${home} and its mail server come back before that; to gain time, raise maximal_queue_lifetime ("postconf -e maximal_queue_lifetime=10d", then "postfix reload")`,
});

export const notifyMailRouted = condition<{ mail: string }>({
	code: "notify.mail_routed_home",
	severity: "error",
	title: "who shall be told lives in a home's own domain",
	quiet: 0,
	text: ({ mail }) =>
		`notify.mail is ${mail}, and mail for that domain is routed to a home of this relay: word of its absence would wait for its return`,
	remedy: () => "write an address into notify.mail that does not depend on this relay",
});

export const addressDiffers = condition<{ seen: string; told: string }>({
	code: "home.address_differs",
	severity: "warning",
	title: "a home and the relay see different addresses",
	quiet: 5 * minutes,
	text: ({ seen, told }, home) =>
		`the home ${home} believes its address to be ${told}, and comes here from ${seen}`,
	remedy: () => "this is normal for a home with two lines; otherwise its records point to the wrong address",
});

export const queueFailing = condition<Failure>({
	code: "queue.failing",
	severity: "warning",
	title: "waiting mail cannot be looked after",
	quiet: 1 * minutes,
	text: ({ error }) => `mail that waits for a home goes out at Postfix's own times only: ${error}`,
	remedy: ({ remedy }) => remedy ?? "look at the reason; heimweg-relay tries again by itself",
});

export const mendedFailing = condition<Failure>({
	code: "queue.mended_failing",
	severity: "warning",
	title: "mail that a damaged map has held up is not tried again",
	quiet: 1 * minutes,
	text: ({ error }) => `mail that a damaged map has held up goes on at Postfix's own times only: ${error}`,
	remedy: ({ remedy }) => remedy ?? "look at the reason; heimweg-relay tries again by itself",
});

export const mailServerSilent = condition<{ server: string; reason: string }>({
	code: "home.mail_server_silent",
	severity: "error",
	title: "a home is here, but its mail server does not answer",
	quiet: 2 * minutes,
	text: ({ server, reason }, home) =>
		`the home ${home} is here, but its mail server at ${server} does not take the mail that waits: ${reason}`,
	remedy: () =>
		'look at home whether Postfix runs ("systemctl status postfix"), and whether a firewall there lets the relay\'s tunnel address in',
});

export const mailStays = condition<{ reason: string }>({
	code: "home.mail_stays",
	severity: "warning",
	title: "mail stays on the relay although the home's mail server answers",
	quiet: 10 * minutes,
	text: ({ reason }, home) =>
		`mail for the home ${home} stays here although its mail server answers; Postfix says: ${reason}`,
	remedy: () =>
		'look at the mail server at home for the reason given; "mailq" on the relay lists the mails, and Postfix tries them again until they are too old',
});
