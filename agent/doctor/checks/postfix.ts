import { check } from "../../../shared/doctor/check.ts";
import { deadLists, listSettings, withoutList } from "../../../shared/doctor/dead-lists.ts";
import type { Finding } from "../../../shared/doctor/finding.ts";
import { shellWord } from "../../../shared/shell-word.ts";
import { DAY, HOUR } from "../../../shared/time.ts";
import { say } from "../../../shared/words/say.ts";
import type { HomeEyes, HomeKnown } from "../known.ts";

/** Mail that waits longer than this has more than a passing trouble; Postfix warns its senders after four hours. */
const longWait = 4 * HOUR;

interface Seen {
	/** Settings that name lists, as they are in force; undefined without a Postfix that can be asked. */
	settings: ReadonlyMap<string, string> | undefined;
	/** When the oldest mail in the queue came, in seconds since 1970; undefined: none, or not known. */
	oldest: number | "not known" | undefined;
	now: Date;
}

/** The home's Postfix: lists that have ended, keys that sign twice, mail that waits. */
export const postfix = check<HomeKnown, HomeEyes, Seen>({
	name: "postfix",

	async look(_, { run, queue, now }) {
		const [settings, oldest] = await Promise.all([
			run("postconf", [...listSettings]).then(readSettings, () => undefined),
			queue().then(
				(mails) => mails.reduce<number | undefined>((least, one) => Math.min(least ?? one, one), undefined),
				() => "not known" as const,
			),
		]);
		return { settings, oldest, now: now() };
	},

	judge: ({ settings, oldest, now }, known) => [
		...[...(settings ?? [])].flatMap(([name, value]) => judgeLists(name, value)),
		...judgeSigners(known),
		...judgeQueue(oldest, now),
	],
});

function judgeLists(name: string, value: string): Finding[] {
	return deadLists(value).map(({ list, since }) => ({
		...({ code: "dead_list", severity: "todo", subject: name, turn: "home", source: "postconf(5)" } as const),
		found: say`it asks ${list}, which ended in ${since}`,
		wanted: say`only lists that are there`,
		line: `postconf -e ${shellWord(`${name} = ${withoutList(value, list)}`)} && postfix reload`,
	}));
}

/** OpenDKIM and Rspamd that both have keys for a domain sign each mail twice. */
function judgeSigners({ told, domains }: HomeKnown): Finding[] {
	return domains.flatMap(({ domain }): Finding[] => {
		const sources = (told?.keys ?? []).filter((key) => key.domain === domain).map(({ source }) => source);
		const byRspamd = sources.some((source) => source.includes("/rspamd/"));
		if (!byRspamd || sources.every((source) => source.includes("/rspamd/"))) return [];
		return [
			{
				...{ code: "dkim_signed_twice", severity: "todo", subject: domain, turn: "home" },
				found: say`OpenDKIM and Rspamd both have a key that signs: ${sources.join(", ")}`,
				wanted: say`one signer, at home`,
				line: "echo 'enabled = false;' >/etc/rspamd/override.d/dkim_signing.conf && systemctl reload rspamd",
				source: "RFC 6376, 4",
			},
		];
	});
}

function judgeQueue(oldest: Seen["oldest"], now: Date): Finding[] {
	const subject = "queue";
	if (oldest === "not known")
		return [
			{
				code: "queue_not_known",
				severity: "not_known",
				subject,
				found: say`Postfix's queue could not be read`,
			},
		];
	const age = oldest === undefined ? 0 : now.getTime() - oldest * 1000;
	if (age < longWait)
		return [{ code: "queue_well", severity: "well", subject, found: say`no mail waits for long` }];
	const days = Math.floor(age / DAY);
	return [
		{
			...{ code: "mail_waits_long", severity: days >= 1 ? "risk" : "todo", subject, turn: "home" },
			found: say`the oldest mail has waited for ${Math.floor(age / HOUR)} h`,
			wanted: say`what keeps it put right; after five days it goes back to its sender`,
			line: "postqueue -p",
			source: "postconf(5), maximal_queue_lifetime",
		},
	];
}

function readSettings(text: string): Map<string, string> {
	return new Map(
		text.split("\n").flatMap((line) => {
			const [, name, value] = /^(\w+) = ?(.*)$/.exec(line) ?? [];
			return name ? [[name, value!] as const] : [];
		}),
	);
}
