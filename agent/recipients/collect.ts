import { utimes } from "node:fs/promises";
import { z } from "zod";
import { writeFileAtomic } from "../../shared/atomic-file.ts";
import { codeOf, messageOf, remedyOf } from "../../shared/errors.ts";
import { plainText } from "../../shared/plain-text.ts";
import { readRegularFile } from "../../shared/regular-file.ts";
import { say } from "../../shared/words/say.ts";
import {
	documentBytes,
	parseDocument,
	type RecipientsDocument,
	recipientsOf,
	type SourceResult,
	withRequired,
} from "./document.ts";
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
				failing: { since, error: plainText(messageOf(error)).slice(0, 500), ...(remedy ? { remedy } : {}) },
				...(last?.unfit ? { unfit: last.unfit } : {}),
			};
		}
	};
	return { version: 1, sources: withRequired(await Promise.all(sources.map(one)), domains) };
}

/** What the file says, or what is wrong with it; neither when there is none. */
export interface DocumentFile {
	document?: RecipientsDocument;
	problem?: string;
}

/** Reads the file, whose folder belongs to a user who is less trusted than the agent. */
export async function readDocument(path: string): Promise<DocumentFile> {
	try {
		const { bytes, info } = await readRegularFile(path, { limit: documentBytes, follow: false });
		return { document: parseDocument(bytes.toString("utf8"), info.mtime.toISOString()) };
	} catch (error) {
		const code = codeOf(error);
		if (code === "ENOENT" || code === "ENOTDIR") return {};
		if (error instanceof SyntaxError || error instanceof z.ZodError || error instanceof RangeError)
			return { problem: say`it holds no list of recipients` };
		return { problem: messageOf(error) };
	}
}

/** Replaces the file, or, when it says this already, marks it as looked at now. True when it was replaced. */
export async function writeDocument(path: string, document: RecipientsDocument, now: Date): Promise<boolean> {
	const text = `${JSON.stringify(document)}\n`;
	const before = await readRegularFile(path, { limit: documentBytes, follow: false }).catch(() => undefined);
	if (before?.bytes.toString("utf8") === text) {
		await utimes(path, now, now);
		return false;
	}
	// For the agent, which is in the group.
	await writeFileAtomic(path, text, { mode: 0o640 });
	return true;
}
