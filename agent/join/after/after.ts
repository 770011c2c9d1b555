import { configText } from "../../../shared/config.ts";
import { takeSteps } from "../../../shared/steps.ts";
import { askDns } from "./dns.ts";
import { askMailbox } from "./mail-proof.ts";
import type { AfterDeps, AfterOptions, Draft, Joined } from "./options.ts";
import { planSteps } from "./plan.ts";
import { prove } from "./prove.ts";
import { askSources } from "./sources.ts";
import { words } from "./words.ts";

/**
 * What `heimweg join` does once this home has its key and its place at the relay: records, valid recipients, Postfix, the
 * unit, and the proof of it all. Whatever stands already is left alone, so that it may be run again.
 */
export async function afterEnrolment(
	joined: Joined,
	options: AfterOptions,
	deps: AfterDeps,
): Promise<number> {
	const { prompt, say } = deps;
	const draft = await draftOf(joined, options, deps);
	const dns = await askDns(joined, draft, options, deps);
	const { sources, recipients } = await askSources(joined, draft, deps);
	// Before anything is done: nobody sits there and waits for a question.
	const mailbox = options.mail === false ? undefined : await askMailbox(joined, recipients, options, deps);
	const steps = await planSteps({ joined, draft, options, dns, sources }, deps);
	const { verbose, dryRun } = options;
	const ends = await takeSteps(steps, words, { prompt, say, verbose, dryRun });
	if (ends !== undefined) return ends;
	return prove({ joined, mailbox, names: dns?.names ?? [] }, deps);
}

/** What heimweg.toml says, with what its owner wants in it besides. */
async function draftOf({ config }: Joined, { add }: AfterOptions, { line }: AfterDeps): Promise<Draft> {
	const text = await configText(config);
	const more = add === undefined ? "" : `\n${(await configText(add)).trim()}\n`;
	const added = text.includes(more) ? "" : more;
	const { dns, recipients } = line.parse(config, text + added) as unknown as Pick<
		Draft,
		"dns" | "recipients"
	>;
	return { text, added, dns, recipients };
}
