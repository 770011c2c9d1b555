import { readFile, utimes } from "node:fs/promises";
import { writeFileAtomic } from "../../shared/atomic-file.ts";
import { messageOf, remedyOf } from "../../shared/errors.ts";
import { documentSchema, type RecipientsDocument, recipientsOf, type SourceResult } from "./document.ts";
import type { Source } from "./source.ts";

/** Milliseconds that a source may fail before what it last named counts as too old. */
const patience = 60 * 60_000;

/** Asks every source; one that fails for the moment keeps what it last named. */
export async function collect(
	sources: readonly Source[],
	options: { domains: readonly string[]; before: RecipientsDocument | undefined; now: Date },
): Promise<RecipientsDocument> {
	const { domains, before, now } = options;
	const one = async ({ name, read }: Source): Promise<SourceResult> => {
		try {
			return { source: name, usable: true, ...recipientsOf(await read(), domains) };
		} catch (error) {
			const last = before?.sources.find(({ source }) => source === name);
			const since = last?.failing?.since ?? now.toISOString();
			const remedy = remedyOf(error);
			return {
				source: name,
				recipients: last?.recipients ?? [],
				usable: (last?.usable ?? false) && now.getTime() - Date.parse(since) < patience,
				failing: { since, error: messageOf(error).slice(0, 500), ...(remedy ? { remedy } : {}) },
				...(last?.unfit ? { unfit: last.unfit } : {}),
			};
		}
	};
	return { version: 1, sources: await Promise.all(sources.map(one)) };
}

/** What the file says; undefined when there is none that can be understood. */
export async function readDocument(path: string): Promise<RecipientsDocument | undefined> {
	try {
		return documentSchema.parse(JSON.parse(await readFile(path, "utf8")));
	} catch {
		return undefined;
	}
}

/** Replaces the file, or, when it says this already, marks it as looked at now. True when it was replaced. */
export async function writeDocument(path: string, document: RecipientsDocument, now: Date): Promise<boolean> {
	const text = `${JSON.stringify(document)}\n`;
	if (text === (await readFile(path, "utf8").catch(() => undefined))) {
		await utimes(path, now, now);
		return false;
	}
	// For the agent, which is in the group.
	await writeFileAtomic(path, text, { mode: 0o640 });
	return true;
}
