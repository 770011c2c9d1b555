import type { Failure } from "../../shared/conditions.ts";
import { condition } from "../../shared/health.ts";
import { settingUpTakes } from "../../shared/postfix/reload.ts";
import { MINUTE } from "../../shared/time.ts";

export const outgoingFailing = condition<Failure>({
	code: "mail.outgoing_failing",
	formerly: "outgoing.failing",
	severity: "warning",
	title: "mail that waits here for the relay is not looked after",
	visibleAfter: 10 * MINUTE,
	text: ({ error }) => `mail that waited for the relay goes out at Postfix's own times only: ${error}`,
	remedy: ({ remedy }) => remedy ?? "look at the reason; heimweg tries again by itself",
});

export const postfixNotSetUp = condition<{ missing: readonly string[] }>({
	code: "mail.not_set_up",
	severity: "error",
	title: "Postfix is not set up for Heimweg",
	visibleAfter: 0,
	text: ({ missing }) => `this home's Postfix is not set up for Heimweg: ${missing.join("; ")}`,
	remedy: ({ missing }) =>
		`run "heimweg postfix --apply" on this home, which sets it; "heimweg postfix" shows first what it would set${missing.some((one) => one.startsWith("relayhost")) ? '. If mail is meant to go out another way, write outgoing = "other" under [mail] in heimweg.toml' : ""}`,
});

export const reloadOwed = condition({
	code: "mail.reload_owed",
	severity: "error",
	title: "Postfix may go by its settings of before",
	visibleAfter: settingUpTakes,
	text: () =>
		"heimweg postfix was interrupted on this home before it had Postfix read the settings that it changed; Postfix shows them, and may go by those before",
	remedy: () =>
		'run "heimweg postfix --apply" on this home, which has Postfix read them; "heimweg postfix --undo", if they were being taken back',
});

interface Held {
	text: string;
	cause: string;
	advice: string;
}

export const deliveryFailing = condition<Held>({
	code: "mail.delivery_failing",
	severity: "error",
	title: "mail that came in gets into no mailbox",
	visibleAfter: 2 * MINUTE,
	text: ({ cause, text }) =>
		`mail that came to this home waits in its queue: ${cause}; Postfix says: ${text}`,
	remedy: ({ advice }) => `${advice}; "mailq" lists the mails, and Postfix tries them again by itself`,
});

export const outgoingWaits = condition<Held>({
	code: "mail.outgoing_waits",
	severity: "warning",
	title: "mail that this home sends does not get out",
	visibleAfter: 10 * MINUTE,
	text: ({ cause, text }) => `mail that this home sends waits in its queue: ${cause}; Postfix says: ${text}`,
	remedy: ({ advice }) => `${advice}; "mailq" lists the mails, and Postfix tries them again by itself`,
});

export const queueUnread = condition<Failure>({
	code: "mail.queue_unread",
	severity: "warning",
	title: "whether mail waits at this home is not known",
	visibleAfter: 2 * MINUTE,
	text: ({ error }) => `whether mail waits in this home's queue, and why, is not known: ${error}`,
	remedy: ({ remedy }) => remedy ?? 'look whether "postqueue -j" works',
});
