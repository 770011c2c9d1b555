import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomic } from "../../shared/atomic-file.ts";
import { codeOf, messageOf } from "../../shared/errors.ts";
import type { Logger } from "../../shared/log.ts";
import { readRegularFile } from "../../shared/regular-file.ts";
import { type InvitationRecord, idPattern, isLive, recordSchema } from "./record.ts";

/** The largest record that is read, in bytes. */
const largest = 16 * 1024;

/** Files that are open at once: a relay has ten thousand homes. */
const readAtOnce = 50;

/** The folder `invites`: a file for each invitation, and beside it the preshared keys that `wg` reads from files. */
export interface InvitationStore {
	/** All that can be read; a file that cannot is told and left, since it may hold a home's key. */
	load(): Promise<InvitationRecord[]>;
	/** Resolves when it is on disk, and what `wg` reads with it; throws when that fails, and nothing has changed then. */
	save(record: InvitationRecord): Promise<void>;
	/** Forgets one for good. */
	forget(id: string): Promise<void>;
	/** Where the preshared key lies of the first tunnel, and of the one that stays. */
	keyFile(id: string, of: "enrolment" | "home"): string;
}

const suffix = { enrolment: ".enrolment", home: ".preshared" } as const;

/**
 * Order matters: the files of keys are there before the record that speaks of them, and go after it, so that a power cut
 * leaves a file too many at most. That is made right at the next start.
 */
export function invitationStore(folder: string, log: Logger): InvitationStore {
	const path = (id: string) => join(folder, id);
	const keyFile = (id: string, of: "enrolment" | "home") => path(`${id}${suffix[of]}`);

	async function ready(): Promise<void> {
		await mkdir(folder, { recursive: true, mode: 0o700 });
	}

	async function save(record: InvitationRecord): Promise<void> {
		await ready();
		const { id, presharedKey } = record;
		if (isLive(record)) await writeFileAtomic(keyFile(id, "enrolment"), `${record.enrolment.presharedKey}\n`);
		if (presharedKey !== undefined) await writeFileAtomic(keyFile(id, "home"), `${presharedKey}\n`);
		await writeFileAtomic(path(id), `${JSON.stringify(record, null, "\t")}\n`);
		if (!isLive(record)) await rm(keyFile(id, "enrolment"), { force: true });
	}

	async function read(name: string): Promise<InvitationRecord | undefined> {
		try {
			const { bytes } = await readRegularFile(path(name), { limit: largest });
			const record = recordSchema.parse(JSON.parse(bytes.toString("utf8")));
			if (record.id === name) return record;
			throw new Error("it is another invitation's");
		} catch (error) {
			const reason = messageOf(error).replaceAll(/\s+/g, " ").slice(0, 200);
			log.warn({ file: path(name) }, `the invitation ${path(name)} cannot be used: ${reason}`);
			return undefined;
		}
	}

	return {
		keyFile,
		save,
		async load() {
			let names: string[];
			try {
				names = await readdir(folder);
			} catch (error) {
				if (codeOf(error) === "ENOENT") return [];
				throw error;
			}
			const records: InvitationRecord[] = [];
			const ids = names.filter((name) => idPattern.test(name));
			for (let at = 0; at < ids.length; at += readAtOnce) {
				const found = await Promise.all(ids.slice(at, at + readAtOnce).map(read));
				records.push(...found.filter((record) => record !== undefined));
			}
			const there = new Set(names);
			// A draft, or a key whose record was never written or is gone.
			const strays = names.filter(
				(name) => !idPattern.test(name) && !there.has(name.replace(/\.[a-z]+$/, "")),
			);
			for (const name of strays) await rm(path(name), { force: true });
			for (const record of records) {
				const has = (of: keyof typeof suffix) => there.has(`${record.id}${suffix[of]}`);
				const right =
					has("enrolment") === isLive(record) && (record.presharedKey === undefined || has("home"));
				if (!right) await save(record);
			}
			return records;
		},
		async forget(id) {
			await rm(path(id), { force: true });
			for (const of of ["enrolment", "home"] as const) await rm(keyFile(id, of), { force: true });
		},
	};
}
