import type { PostfixConfiguration } from "../../shared/postfix/configuration.ts";
import type { ClassList } from "../../shared/postfix/domain-class.ts";
import { tablesIn } from "../../shared/postfix/listed.ts";
import type { Answers, Unread } from "../../shared/postfix/tables.ts";

/** The list that says who is valid in a domain of each class (ADDRESS_CLASS_README). Empty: everybody is. */
const validMaps: Record<ClassList, string | undefined> = {
	mydestination: "local_recipient_maps",
	virtual_alias_domains: undefined,
	virtual_mailbox_domains: "virtual_mailbox_maps",
	relay_domains: "relay_recipient_maps",
};

/** What rewrites an address first: an entry there makes it a valid one, in whatever class. */
const rewritingMaps = ["virtual_alias_maps", "recipient_canonical_maps", "canonical_maps"] as const;

export const recipientParameters = [
	...rewritingMaps,
	...Object.values(validMaps).flatMap((name) => name ?? []),
	"alias_maps",
];

/** Whether Postfix knows one of a domain's recipients. */
export type Known =
	| { is: "yes"; why: string }
	| { is: "none"; asked: number; list: string }
	| { is: "not known"; why: string }
	/** Postfix cannot open a table either, and puts mail off. */
	| { is: "broken"; table: string; list: string; why: string };

/** The tables that are asked about a recipient of a domain in this class; undefined when everybody is valid. */
export function recipientTables(
	{ values }: PostfixConfiguration,
	name: ClassList,
): Array<{ list: string; table: string }> | undefined {
	const valid = validMaps[name];
	const list = valid === undefined ? "" : (values.get(valid) ?? "");
	if (valid !== undefined && list === "") return undefined;
	const tables = (from: string) => tablesIn(values.get(from) ?? "").map((table) => ({ list: from, table }));
	return [...(valid === undefined ? [] : tables(valid)), ...rewritingMaps.flatMap(tables)];
}

/** The keys under which Postfix looks a recipient up: whole, by the name alone, and for a whole domain. */
export function recipientKeys(recipients: readonly string[]): string[] {
	return [
		...new Set(
			recipients.flatMap((recipient) => {
				const at = recipient.lastIndexOf("@");
				return [recipient, recipient.slice(0, at), recipient.slice(at)].filter(Boolean);
			}),
		),
	];
}

/**
 * Whether Postfix knows any of these recipients of a domain: those that this home named valid, and the postmaster, whom
 * every domain should have (RFC 5321, section 4.5.1), as a guess that proves nothing when it is wrong.
 */
export function knownRecipient(options: {
	configuration: PostfixConfiguration;
	name: ClassList;
	domain: string;
	named: readonly string[];
	answers: ReadonlyMap<string, Answers | Unread>;
}): Known {
	const { configuration, name, domain, named, answers } = options;
	const tables = recipientTables(configuration, name);
	if (!tables) return { is: "yes", why: `it takes every recipient (${validMaps[name]} is empty)` };
	const tried = [...named, `postmaster@${domain}`];
	let unread: Known | undefined;
	// Postfix looks for the whole address in all of them before it looks for less in any.
	for (const { list, table } of tables) {
		const answer = answers.get(table);
		if (answer?.is === "unread" && answer.missing) return { is: "broken", table, list, why: answer.why };
	}
	for (const { table } of tables) {
		const answer = answers.get(table);
		if (answer?.is !== "read") {
			unread ??= {
				is: "not known",
				why: `${table} cannot be read here: ${answer?.why ?? "it was not asked"}`,
			};
			continue;
		}
		const found = tried.find((one) => recipientKeys([one]).some((key) => answer.entries.has(key)));
		if (found) return { is: "yes", why: `it knows ${found} (${table})` };
	}
	if (unread) return unread;
	const list = validMaps[name] ?? "virtual_alias_maps";
	if (named.length > 0) return { is: "none", asked: named.length, list };
	return {
		is: "not known",
		why: "no valid recipient is known here to ask about ([recipients] in heimweg.toml names them)",
	};
}
