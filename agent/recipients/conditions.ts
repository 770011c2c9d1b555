import type { Failure } from "../../shared/conditions.ts";
import { condition } from "../../shared/health.ts";
import { MINUTE } from "../../shared/time.ts";

export const recipientsUnread = condition<{ file: string; since: string | undefined }>({
	code: "recipients.not_read",
	severity: "warning",
	title: "the valid recipients are not looked up",
	visibleAfter: 10 * MINUTE,
	text: ({ file, since }) =>
		since
			? `nobody has looked since ${since} who the valid recipients are; new ones are refused by the relay`
			: `there is no list of valid recipients in ${file}; the relay takes mail to any name`,
	remedy: () =>
		'run "systemctl enable --now heimweg-recipients.timer heimweg-recipients.path", and look at "journalctl -u heimweg-recipients"',
});

export const recipientsListUnusable = condition<{ file: string; problem: string }>({
	code: "recipients.list_unusable",
	severity: "warning",
	title: "the list of valid recipients cannot be used",
	visibleAfter: MINUTE,
	text: ({ file, problem }) => `${file}: ${problem}; the relay takes mail to any name meanwhile`,
	remedy: ({ file }) =>
		`look who made it ("ls -l ${file}"), remove it, and run "systemctl start heimweg-recipients", which writes it anew`,
});

export const recipientsSourceFailing = condition<Failure & { usable: boolean }>({
	code: "recipients.source_failing",
	severity: "warning",
	title: "a source of valid recipients cannot be listed",
	visibleAfter: 5 * MINUTE,
	text: ({ error, usable }, source) =>
		`${source}: ${error}; ${usable ? "what it named last still counts" : "the relay takes mail to any name meanwhile"}`,
	remedy: ({ remedy }) => remedy ?? 'look at [recipients] in heimweg.toml; "heimweg recipients" tries it',
});

export const recipientsUnfit = condition<{ count: number; some: string[] }>({
	code: "recipients.unfit",
	severity: "warning",
	title: "a source names recipients that the relay cannot know",
	visibleAfter: 10 * MINUTE,
	text: ({ count, some }, source) =>
		`${source}: ${count === 1 ? "a name is" : `${count} names are`} left out, because Postfix's tables on the relay cannot hold them: ${some.join(", ")}`,
	remedy: () => "mail to them is refused; give such a user an address of ASCII letters, digits and dots",
});

export const recipientsFailing = condition<Failure>({
	code: "recipients.not_sent",
	severity: "warning",
	title: "the relay does not take the list of valid recipients",
	visibleAfter: 2 * MINUTE,
	text: ({ error }) => `the list of valid recipients is not on the relay: ${error}`,
	remedy: ({ remedy }) => remedy ?? 'look on the relay at "heimweg-relay status"',
});
