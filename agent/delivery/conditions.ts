import type { Failure } from "../../shared/conditions.ts";
import { condition } from "../../shared/health.ts";
import { tableRemedy } from "../../shared/postfix/tables.ts";
import { someOf } from "../../shared/postfix/verdict.ts";
import { MINUTE, SECOND } from "../../shared/time.ts";
import type { PastRelay } from "./outgoing.ts";

const reload = 'run "postfix reload"';

export const domainUnknown = condition<{ domains: readonly string[]; all: boolean; directory: string }>({
	code: "delivery.domain_unknown",
	severity: "error",
	title: "Postfix does not know a domain whose mail comes here",
	blocksMail: ({ all }) => all,
	visibleAfter: 0,
	text: ({ domains }) =>
		`this home's Postfix does not know ${someOf(domains)}, so it refuses all mail for ${domains.length === 1 ? "it" : "them"} that the relay brings (454, relay access denied)`,
	remedy: ({ domains, directory }) =>
		`on this home, add ${someOf(domains)} to mydestination in ${directory}/main.cf (for mailboxes of this machine's users) or to virtual_mailbox_domains, then ${reload}`,
});

export const recipientsRefused = condition<{ domains: readonly string[]; asked: number; all: boolean }>({
	code: "delivery.recipients_refused",
	severity: "error",
	title: "Postfix knows none of the valid recipients",
	blocksMail: ({ all }) => all,
	visibleAfter: 0,
	text: ({ domains, asked }, list) =>
		`this home's Postfix knows none of ${asked === 1 ? "the 1 valid recipient" : `${asked} valid recipients`} of ${someOf(domains)} that Heimweg asked it for (${list}), so it refuses their mail (550), which goes back to its senders`,
	remedy: (_, list) =>
		`on this home, look at "postconf ${list}": put the table in which these recipients stand in there, or make it anew with postmap, then ${reload}`,
});

export const tableBroken = condition<{ list: string; why: string }>({
	code: "delivery.table_broken",
	severity: "error",
	title: "Postfix cannot open one of its tables",
	blocksMail: true,
	visibleAfter: 0,
	text: ({ list, why }, table) =>
		`this home's Postfix cannot open ${table} (${list}), so it puts off the mail that the relay brings (451): ${why}`,
	remedy: ({ list, why }, table) =>
		list === "local_recipient_maps" && table.includes("aliases")
			? 'run "newaliases" on this home'
			: `on this home, ${tableRemedy(table, list, why)}, then ${reload}`,
});

export const notListening = condition<{ because: string; remedy: string }>({
	code: "delivery.not_listening",
	severity: "error",
	title: "Postfix does not listen where the relay brings mail",
	blocksMail: true,
	visibleAfter: 0,
	text: ({ because }) =>
		`the relay cannot hand mail over to this home's Postfix, so it waits on the relay: ${because}`,
	remedy: ({ remedy }) => `on this home, ${remedy}`,
});

export const milterAway = condition<{ refuses: boolean }>({
	code: "delivery.milter_away",
	severity: "error",
	title: "a milter does not run, and Postfix takes no mail without it",
	blocksMail: true,
	visibleAfter: 30 * SECOND,
	text: ({ refuses }, milter) =>
		`this home's Postfix asks the milter ${milter} about every mail (smtpd_milters), and nothing listens there, so it ${refuses ? "refuses what the relay brings, which goes back to its senders (5xx)" : "puts off what the relay brings, which waits there (451)"}`,
	remedy: () =>
		'on this home, start the program behind it ("systemctl status opendkim"); "milter_default_action = accept" in main.cf would take mail without it meanwhile, and send mail unsigned',
});

export const pastRelay = condition<PastRelay>({
	code: "delivery.past_relay",
	severity: "error",
	title: "mail leaves this home past the relay",
	visibleAfter: 0,
	text: ({ by, value, whose }) =>
		`this home's Postfix sends ${whose} past the relay (${by}: "${value}"), from an address that most mail servers refuse`,
	remedy: ({ fix }) =>
		`on this home, ${fix}, then ${reload}; if it is meant so, write outgoing = "other" under [mail] in heimweg.toml`,
});

export const boundElsewhere = condition<{ bound: string }>({
	code: "delivery.bound_elsewhere",
	severity: "error",
	title: "Postfix sends from another address than the tunnel's",
	visibleAfter: 0,
	text: ({ bound }) =>
		`this home's Postfix sends from ${bound} (smtp_bind_address), and from there the relay takes no mail, so mail from this home waits here`,
	remedy: () =>
		`on this home, run "postconf -X smtp_bind_address" ("postconf -PX smtp/unix/smtp_bind_address" when it stands in master.cf), then ${reload}`,
});

export const relayTrusted = condition<{ relay: string }>({
	code: "delivery.relay_trusted",
	severity: "warning",
	title: "Postfix takes the internet's mail for this home's own",
	visibleAfter: MINUTE,
	text: ({ relay }) =>
		`mynetworks of this home's Postfix contains the relay's tunnel address ${relay}, so whatever the internet sends counts as this home's own mail`,
	remedy: () =>
		`on this home, take the tunnel's network out of mynetworks in main.cf (mynetworks_style = host leaves it out), then ${reload}`,
});

export const notLooked = condition<Failure>({
	code: "delivery.not_looked",
	severity: "error",
	title: "Postfix's configuration cannot be read",
	visibleAfter: 0,
	text: ({ error }) =>
		`this home's Postfix does not say how it is set up, so whether it takes mail is not known: ${error}`,
	remedy: ({ remedy }) => remedy ?? 'run "postfix check" on this home and put right what it says',
});
