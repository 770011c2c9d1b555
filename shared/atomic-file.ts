import { randomBytes } from "node:crypto";
import { link, open, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { HOUR } from "./time.ts";

export interface AtomicFileOptions {
	/** 0600 by default. */
	mode?: number;
	/** Whose it becomes; by default ours. */
	owner?: { uid: number; gid: number } | undefined;
	/** Never takes the place of a file that is there: then it throws EEXIST. */
	fresh?: boolean;
	/**
	 * False for what whoever starts makes anew, and must be quick: a reader sees the old text or the new one, but a power cut may
	 * leave less until `syncFile` was called. On a busy disk syncing takes longer than all the rest.
	 */
	sync?: boolean;
}

/**
 * Replaces a file so that a reader, or a start after a power cut, sees the old text or the new one, never a part:
 * written beside it, synced, renamed, and the folder synced too, without which the rename may be lost.
 */
export async function writeFileAtomic(
	path: string,
	content: string | Uint8Array,
	options: AtomicFileOptions = {},
): Promise<void> {
	const folder = dirname(path);
	const draft = join(folder, `.${basename(path)}.${randomBytes(6).toString("hex")}.tmp`);
	try {
		const file = await open(draft, "wx", options.mode ?? 0o600);
		try {
			await file.writeFile(content);
			const { owner } = options;
			if (owner) await file.chown(owner.uid, owner.gid);
			await file.chmod(options.mode ?? 0o600);
			if (options.sync !== false) await file.sync();
		} finally {
			await file.close();
		}
		if (options.fresh) await link(draft, path);
		else await rename(draft, path);
	} catch (error) {
		await rm(draft, { force: true });
		// The draft's name is another each time, and nobody's concern.
		if (error instanceof Error) error.message = error.message.replaceAll(draft, path);
		throw error;
	}
	// A link leaves it there.
	if (options.fresh) await rm(draft, { force: true });
	if (options.sync !== false) await syncFolder(folder);
}

/** Makes a file that was written without that last, and its name. */
export async function syncFile(path: string): Promise<void> {
	const file = await open(path, "r");
	try {
		await file.sync();
	} finally {
		await file.close();
	}
	await syncFolder(dirname(path));
}

/** The name of a draft, and how old one is that nobody writes any more. */
const draftName = /^\..+\.[0-9a-f]{12}\.tmp$/;
const leftFor = 1 * HOUR;

/** Takes the drafts away that power cuts have left in a folder: each may be as large as its file, and nobody else does. Never throws. */
export async function removeDrafts(folder: string, now: () => number = Date.now): Promise<void> {
	const names = await readdir(folder).catch(() => []);
	for (const path of names.filter((name) => draftName.test(name)).map((name) => join(folder, name))) {
		const found = await stat(path).catch(() => undefined);
		if (found?.isFile() && now() - found.mtimeMs > leftFor) await rm(path, { force: true }).catch(() => {});
	}
}

/** Makes what was done in a folder last: a rename, or a removal, may be lost by a power cut without it. */
export async function syncFolder(path: string): Promise<void> {
	const folder = await open(path, "r");
	try {
		await folder.sync();
	} finally {
		await folder.close();
	}
}
