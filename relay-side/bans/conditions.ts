import type { Failure } from "../../shared/conditions.ts";
import { condition } from "../../shared/health.ts";
import { SECOND } from "../../shared/time.ts";
import { mostInAll } from "./book.ts";

export const failing = condition<Failure>({
	code: "bans.failing",
	severity: "error",
	title: "clients that homes have banned are not refused",
	visibleAfter: 30 * SECOND,
	text: ({ error }) => `HAProxy does not learn whom the homes have banned: ${error}`,
	remedy: ({ remedy }) => remedy ?? 'look at "systemctl status heimweg-relay-haproxy"',
});

export const full = condition<{ held: number }>({
	code: "bans.full",
	severity: "warning",
	title: "the homes ban more clients than the relay takes",
	audience: "owner",
	visibleAfter: 0,
	text: ({ held }) =>
		`${held} bans are held for all homes, which is the most (${mostInAll}); further ones are not taken`,
	remedy: () =>
		'run "heimweg-relay bans" to see which homes ban so many, and ask their owners for shorter bans',
});

export const unsaved = condition<{ error: string }>({
	code: "bans.unsaved",
	severity: "warning",
	title: "bans cannot be saved",
	audience: "owner",
	visibleAfter: 60 * SECOND,
	text: ({ error }) =>
		`the file with the bans cannot be written, and HAProxy would start without them: ${error}`,
	remedy: () => "free some space, or correct the rights of the folder; it is tried again by itself",
});
