import { condition } from "../../shared/health.ts";
import { MINUTE } from "../../shared/time.ts";

export const dkimListUnusable = condition<{ file: string; problem: string }>({
	code: "dkim.list_unusable",
	severity: "warning",
	title: "the list of DKIM keys cannot be used",
	visibleAfter: MINUTE,
	text: ({ file, problem }) => `${file}: ${problem}; what DNS has to say of the keys is not known`,
	remedy: ({ file }) => `remove ${file}, and run "systemctl start heimweg-dkim", which writes it anew`,
});

export const dkimKeyUnreadable = condition<{ error: string }>({
	code: "dkim.key_unreadable",
	severity: "warning",
	title: "a key that signs this home's mail cannot be read",
	visibleAfter: 5 * MINUTE,
	text: ({ error }, source) => `${source}: ${error}; whether DNS has its public half is not known`,
	remedy: (_, source) =>
		`look at ${source}, and whether OpenDKIM or Rspamd still needs it; "heimweg dkim" tries it`,
});
