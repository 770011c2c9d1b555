import type { Failure } from "../../shared/conditions.ts";
import { condition } from "../../shared/health.ts";
import { tableRemedy } from "../../shared/postfix/tables.ts";
import { someOf } from "../../shared/postfix/verdict.ts";
import { SECOND } from "../../shared/time.ts";
import type { RelayFindings } from "./judge.ts";

const reload = 'run "postfix reload"';

export const ownDomain = condition<RelayFindings["own"][number]>({
	code: "delivery.own_domain",
	severity: "error",
	title: "Postfix takes a home's domain for its own",
	blocksMail: ({ all }) => all,
	visibleAfter: 0,
	text: ({ list, domains }) =>
		`this relay's Postfix counts ${someOf(domains)} among its own domains (${list}), so it refuses mail for ${domains.length === 1 ? "it" : "them"} as for unknown users (550)`,
	remedy: ({ list, domains, as, place }) =>
		`take ${domains.length === 1 && as !== domains[0] ? `${as}, which stands for ${domains[0]},` : someOf(domains)} out of ${list} ${place.endsWith("main.cf") ? `in ${place}` : `(there: ${place})`} on this relay, then ${reload}`,
});

export const tableBroken = condition<RelayFindings["broken"][number]>({
	code: "delivery.table_broken",
	severity: "error",
	title: "Postfix cannot open a table that it asks for every mail",
	blocksMail: true,
	visibleAfter: 0,
	text: ({ list, why }, table) =>
		`this relay's Postfix asks ${table} for every mail (${list}) and cannot open it, so it puts off all mail (451): ${why}`,
	remedy: ({ list, why }, table) => `on this relay, ${tableRemedy(table, list, why)}, then ${reload}`,
});

export const notListening = condition<{ because: string; remedy: string; incoming: boolean }>({
	code: "delivery.not_listening",
	severity: "error",
	title: "Postfix does not listen where mail comes in",
	blocksMail: ({ incoming }) => incoming,
	visibleAfter: 0,
	text: ({ because, incoming }) =>
		incoming
			? `this relay's Postfix takes no mail from the internet: ${because}`
			: `this relay's Postfix takes no mail from the homes, so what they send waits there: ${because}`,
	remedy: ({ remedy }) => `on this relay, ${remedy}`,
});

export const milterAway = condition<{ refuses: boolean }>({
	code: "delivery.milter_away",
	severity: "error",
	title: "a milter does not run, and Postfix takes no mail without it",
	blocksMail: true,
	audience: "homes",
	visibleAfter: 30 * SECOND,
	text: ({ refuses }, milter) =>
		`this relay's Postfix asks the milter ${milter} about every mail (smtpd_milters), and nothing listens there, so it ${refuses ? "refuses all mail, which goes back to its senders (5xx)" : "puts off all mail (451)"}`,
	remedy: () =>
		'on this relay, start the program behind it ("systemctl status rspamd"); "milter_default_action = accept" in main.cf would let mail in unfiltered meanwhile',
});

export const recipientsNotAsked = condition<NonNullable<RelayFindings["recipientsNotAsked"]>>({
	code: "delivery.recipients_not_asked",
	severity: "error",
	title: "Postfix does not ask Heimweg who is valid",
	visibleAfter: 0,
	text: ({ value, override }) =>
		`this relay's Postfix asks only ${value} who is valid (relay_recipient_maps${override ? " of the service in master.cf" : ""}), so mail to all others of the homes' recipients is refused (550)`,
	remedy: ({ override }) =>
		override
			? `run "postconf -PX ${override}" on this relay, then ${reload}`
			: 'run "heimweg-relay postfix --apply" on this relay',
});

export const overridden = condition<RelayFindings["overridden"][number]>({
	code: "delivery.overridden",
	severity: "error",
	title: "a service in master.cf undoes what Heimweg set",
	blocksMail: ({ service }) => service.startsWith("rewrite"),
	visibleAfter: 0,
	text: ({ service, key, value, so }) =>
		`on this relay, the service ${service} in master.cf has "-o ${key.split("/").at(-1)}=${value}", which undoes what Heimweg set in main.cf: ${so}`,
	remedy: ({ key }) => `run "postconf -PX ${key}" on this relay, then ${reload}`,
});

export const serviceChanged = condition<{ settings: RelayFindings["service"] }>({
	code: "delivery.service_changed",
	severity: "error",
	title: "the service that brings mail to the homes was changed",
	blocksMail: true,
	visibleAfter: 0,
	text: ({ settings }, service) =>
		`on this relay, Postfix's service ${service}, which brings mail through the tunnel, has ${settings.map(({ name, value }) => `${name} = ${value || "(nothing)"}`).join(", ")}, so mail does not get to the homes`,
	remedy: () =>
		'run "heimweg-relay postfix --apply" on this relay, which sets the service in master.cf right',
});

export const notLooked = condition<Failure>({
	code: "delivery.not_looked",
	severity: "error",
	title: "Postfix's configuration cannot be read",
	visibleAfter: 0,
	text: ({ error }) =>
		`this relay's Postfix does not say how it is set up, so whether it takes mail is not known: ${error}`,
	remedy: ({ remedy }) => remedy ?? 'run "postfix check" on this relay and put right what it says',
});
