import { messageOf } from "../../../shared/errors.ts";
import type { Choice } from "../../../shared/prompt.ts";
import { sentence } from "../../../shared/sentence.ts";
import type { FoundSource } from "../../recipients/find.ts";
import type { AfterDeps, Draft, Joined } from "./options.ts";
import { words } from "./words.ts";

/** So many recipients are shown of a source. */
const shown = 3;

/** The places that somebody chose, and whom this home has at all. */
export interface Asked {
	/** Undefined: `[recipients]` is there, or nothing is known. */
	sources: FoundSource[] | undefined;
	recipients: string[];
}

/** Looks for the places where valid recipients stand, and proposes them where none is named yet. */
export async function askSources(joined: Joined, draft: Draft, deps: AfterDeps): Promise<Asked> {
	const { run, prompt, say } = deps;
	const { sources, unknown } = await deps.findRecipients(run, joined.domains).catch((error: unknown) => {
		say(messageOf(error));
		return { sources: [] as FoundSource[], unknown: [] as string[] };
	});
	const recipients = sources.flatMap((source) => source.recipients);
	for (const domain of unknown) say(sentence(words.domainUnknown, { domain }));
	if (draft.recipients) return { sources: undefined, recipients };
	if (sources.length === 0) {
		say(sentence(words.recipientsNone, { domains: joined.domains.join(", ") }));
		return { sources: undefined, recipients };
	}
	const choices = sources.map(
		(source, at): Choice => ({
			value: String(at),
			label: sourceName(source),
			hint: hintOf(source),
		}),
	);
	if (!prompt.asks) for (const { label, hint } of choices) say(`${label} (${hint})`);
	const chosen = await prompt.choose({ text: words.askRecipients, flag: "--yes", choices });
	return { sources: chosen.map((at) => sources[Number(at)]!), recipients };
}

function hintOf({ recipients }: FoundSource): string {
	const some = recipients.slice(0, shown).join(", ") + (recipients.length > shown ? ", ..." : "");
	return recipients.length === 1
		? sentence(words.sourceHintOne, { some })
		: sentence(words.sourceHint, { count: recipients.length, some });
}

/** A source as people know it. */
export function sourceName({ keys }: FoundSource): string {
	if (keys.passwd) return words.sourcePasswd;
	if (keys.doveadm) return words.sourceDovecot;
	if (keys.tables) return sentence(words.sourceTable, { table: keys.tables.join(", ") });
	return sentence(words.sourceDatabase, { database: keys.commands?.[0]?.[3] ?? "" });
}

/** `[recipients]` of heimweg.toml with these sources. */
export function recipientsText(sources: readonly FoundSource[]): string {
	const tables = sources.flatMap(({ keys }) => keys.tables ?? []);
	const commands = sources.flatMap(({ keys }) => keys.commands ?? []);
	const lines = [
		...(tables.length > 0 ? [`tables = ${JSON.stringify(tables)}`] : []),
		...(sources.some(({ keys }) => keys.passwd) ? ["passwd = true"] : []),
		...(sources.some(({ keys }) => keys.doveadm) ? ["doveadm = true"] : []),
		...(commands.length > 0 ? [`commands = ${JSON.stringify(commands)}`] : []),
	];
	return `\n[recipients]\n${lines.join("\n")}\n`;
}
