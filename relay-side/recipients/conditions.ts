import { condition } from "../../shared/health.ts";
import { someOf } from "../../shared/postfix/verdict.ts";
import { say } from "../../shared/words/say.ts";
import type { Loss } from "./losses.ts";

const minutes = 60_000;

export const recipientsFailing = condition<{ error: string; remedy?: string }>({
	code: "recipients.failing",
	severity: "error",
	title: "Postfix's map of valid recipients cannot be kept up to date",
	visibleAfter: 0,
	text: ({ error }) => `the map of the homes' valid recipients stays as it is: ${error}`,
	remedy: ({ remedy }) => remedy ?? "look at the reason; it is tried again by itself",
});

/** One reason why mail to anybody is taken, and the domains that it holds for. */
export interface AcceptAll {
	reason: string;
	domains: string[];
}

export const acceptsAll = condition<{ why: AcceptAll[] }>({
	code: "recipients.accepts_all",
	severity: "warning",
	title: "mail to users that do not exist is taken for a home",
	visibleAfter: 60 * minutes,
	text: ({ why }, home) =>
		why.map(({ reason, domains }) => `${someOf(domains)} of the home ${home}: ${reason}`).join("; ") +
		"; mail to any name there is taken, and what the home then refuses comes back to its sender",
	remedy: () =>
		'at home, fill [recipients] in heimweg.toml and run "systemctl enable --now heimweg-recipients.timer heimweg-recipients.path"; "heimweg recipients" shows what it finds',
});

export const listHeld = condition<{ losses: readonly Loss[]; until: string }>({
	code: "recipients.held",
	severity: "error",
	title: "a home's list of recipients shrank by more than half and is held",
	visibleAfter: 0,
	text: ({ losses, until }, home) =>
		`the list of the home ${home} shrank at once${lossesText(losses)}; the recipients that are missing stay valid until ${until}`,
	remedy: (_, home) =>
		`look at home at "heimweg recipients"; if they shall go, run "heimweg-relay accept-recipients ${home}" on the relay`,
});

function lossesText(losses: readonly Loss[]): string {
	const texts = losses.map(({ domain, before, after }) =>
		domain === undefined ? say`from ${before} to ${after}` : say`at ${domain} from ${before} to ${after}`,
	);
	return texts.length === 0 ? "" : ` ${someOf(texts)}`;
}

export const foreignRecipients = condition<{ domains: string[] }>({
	code: "recipients.foreign",
	severity: "warning",
	title: "a home names recipients of a domain that is not its own",
	visibleAfter: 0,
	text: ({ domains }, home) =>
		`the home ${home} sent recipients of ${someOf(domains)}, which it was not given; its list was refused`,
	remedy: (_, home) =>
		`add the domain to homes.d/${home}.toml if the home shall have it; otherwise look at what runs there`,
});

export const listsUnsaved = condition<{ error: string }>({
	code: "recipients.unsaved",
	severity: "warning",
	title: "a home's list of recipients cannot be saved",
	visibleAfter: 1 * minutes,
	text: ({ error }, home) => `the list of the home ${home} is in use but cannot be saved: ${error}`,
	remedy: () => "free some disk space, or correct the rights of the state directory",
});

export const listsNotUsed = condition<{ map: string }>({
	code: "recipients.not_used",
	severity: "warning",
	title: "Postfix does not ask who is a valid recipient",
	visibleAfter: 0,
	text: ({ map }) => `Postfix's relay_recipient_maps lacks ${map}: mail to users that do not exist is taken`,
	remedy: () =>
		'run "heimweg-relay postfix --apply"; if it says that it leaves the parameter alone, do what its note says',
});
