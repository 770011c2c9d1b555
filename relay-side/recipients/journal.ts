import { type FileHandle, open, rm, truncate } from "node:fs/promises";
import { z } from "zod";
import { writeFileAtomic } from "../../shared/atomic-file.ts";
import { codeOf } from "../../shared/errors.ts";
import { delimiterSchema, recipientBytes } from "../../shared/protocol/recipients.ts";
import { parseRecipient, type Recipient, RecipientSet } from "../../shared/recipient.ts";
import { readRegularFile } from "../../shared/regular-file.ts";

/** What the relay knows of one home's recipients. */
export interface HomeList {
	/** The recipients that are valid. */
	list: RecipientSet;
	/** A list that came, and is so much shorter that it has to stand for a while first. */
	held?: { list: RecipientSet; since: string } | undefined;
	/** Why the list is not the whole truth, as the home said it; its domains then accept all. */
	open?: string | undefined;
	/** The home's recipient_delimiter. */
	delimiter: string;
}

const restSchema = z.object({
	delimiter: delimiterSchema,
	open: z.string().optional(),
	heldSince: z.string().optional(),
});

/**
 * The file of one home's list: lines `+RECIPIENT` and `-RECIPIENT` (`?RECIPIENT` for one that is held), and a line
 * `=JSON` that ends each change. What a power cut left unended behind the last such line does not count.
 */
export interface Journal {
	/** The list, or undefined when there is none. */
	read(): Promise<HomeList | undefined>;
	/** Writes the list anew. */
	replace(home: HomeList): Promise<void>;
	/** Adds a change to the file; it costs what changed. */
	append(home: HomeList, added: readonly Recipient[], removed: readonly Recipient[]): Promise<void>;
	remove(): Promise<void>;
}

/** The largest file that is read, in bytes: a held list, what is valid meanwhile, and as many changes as are let be. */
const largest = 16 * recipientBytes;

export function listJournal(path: string): Journal {
	/** Lines that a new file would not have. */
	let superfluous = 0;

	async function read(): Promise<HomeList | undefined> {
		let text: string;
		try {
			text = (await readRegularFile(path, { limit: largest })).bytes.toString("utf8");
		} catch (error) {
			if (codeOf(error) === "ENOENT") return undefined;
			throw error;
		}
		const whole = text.slice(0, text.lastIndexOf("\n") + 1);
		const end = whole.lastIndexOf("\n=");
		if (end < 0) return undefined;
		const length = whole.indexOf("\n", end + 1) + 1;
		const home = replay(text.slice(0, length));
		// Or the next change would end what was left without an end.
		if (home && length < text.length) await truncate(path, Buffer.byteLength(text.slice(0, length)));
		return home;
	}

	return {
		read,
		async replace(home) {
			const { list, held } = home;
			let text = "";
			for (const recipient of list) text += `+${recipient}\n`;
			for (const recipient of held?.list ?? []) text += `?${recipient}\n`;
			await writeFileAtomic(path, `\n${text}${endOf(home)}`);
			superfluous = 0;
		},
		async append(home, added, removed) {
			superfluous += added.length + 2 * removed.length + 1;
			if (home.held || superfluous > home.list.size + 1_000) return this.replace(home);
			const lines = [...added.map((r) => `+${r}\n`), ...removed.map((r) => `-${r}\n`), endOf(home)];
			const file = await open(path, "r+");
			try {
				const { size } = await file.stat();
				await writeAll(file, Buffer.from(lines.join("")), size);
				await file.datasync();
			} finally {
				await file.close();
			}
		},
		remove: () => rm(path, { force: true }),
	};
}

/** A disk that fills up takes a part, and says so only when it is asked again. */
async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
	let done = 0;
	while (done < bytes.length) {
		done += (await file.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
	}
}

function endOf({ delimiter, open, held }: HomeList): string {
	return `=${JSON.stringify({ delimiter, open, heldSince: held?.since })}\n`;
}

function replay(text: string): HomeList | undefined {
	const list = new RecipientSet();
	const held = new RecipientSet();
	let rest: z.output<typeof restSchema> | undefined;
	for (const line of text.split("\n")) {
		if (line.startsWith("=")) {
			rest = restSchema.parse(JSON.parse(line.slice(1)));
			continue;
		}
		const recipient = parseRecipient(line.slice(1));
		if (!recipient) continue;
		if (line.startsWith("+")) list.add(recipient);
		else if (line.startsWith("-")) list.delete(recipient);
		else if (line.startsWith("?")) held.add(recipient);
	}
	if (!rest) return undefined;
	const { delimiter, open, heldSince } = rest;
	return { list, delimiter, open, held: heldSince ? { list: held, since: heldSince } : undefined };
}
