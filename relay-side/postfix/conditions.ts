import type { Failure } from "../../shared/conditions.ts";
import { condition } from "../../shared/health.ts";
import { settingUpTakes } from "../../shared/postfix/reload.ts";
import { MINUTE } from "../../shared/time.ts";

export const mapDamaged = condition<{ reason: string }>({
	code: "postfix.map_damaged",
	formerly: "routes.map-damaged",
	severity: "error",
	title: "A Postfix map of ours is damaged",
	visibleAfter: 0,
	text: ({ reason }) => `${reason}; it is made anew`,
	remedy: () => "nothing, unless this lasts or comes again: then look at the disk",
});

export const postfixNotSetUp = condition<{ missing: string[] }>({
	code: "postfix.not_set_up",
	formerly: "postfix.not-set-up",
	severity: "error",
	title: "Postfix does not use what Heimweg writes",
	blocksMail: true,
	audience: "homes",
	visibleAfter: 0,
	text: ({ missing }) =>
		`this relay's Postfix is not set up for Heimweg, so mail does not take its way to the homes: ${missing.join("; ")}`,
	remedy: () =>
		'run "heimweg-relay postfix --apply" on this relay, which sets it; "heimweg-relay postfix" shows first what it would set',
});

export const reloadOwed = condition({
	code: "postfix.reload_owed",
	severity: "error",
	title: "Postfix may go by its settings of before",
	visibleAfter: settingUpTakes,
	text: () =>
		"heimweg-relay postfix was interrupted on this relay before it had Postfix read the settings that it changed; Postfix shows them, and may go by those before",
	remedy: () =>
		'run "heimweg-relay postfix --apply" on this relay, which has Postfix read them; "heimweg-relay postfix --undo", if they were being taken back',
});

export const postfixDown = condition({
	code: "postfix.not_running",
	severity: "error",
	title: "Postfix does not run",
	blocksMail: true,
	audience: "homes",
	visibleAfter: 60_000,
	text: () => "Postfix does not run: this relay takes no mail for the homes, and sends none",
	remedy: () => 'run "systemctl start postfix", and look at "journalctl -u \'postfix*\'"',
});

export const redeliveryFailing = condition<Failure>({
	code: "postfix.redelivery_failing",
	formerly: "queue.mended_failing",
	severity: "warning",
	title: "mail that a damaged map has held up is not tried again",
	visibleAfter: 1 * MINUTE,
	text: ({ error }) => `mail that a damaged map has held up goes on at Postfix's own times only: ${error}`,
	remedy: ({ remedy }) => remedy ?? "look at the reason; heimweg-relay tries again by itself",
});
