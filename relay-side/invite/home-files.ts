import { readFile, stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import { syncFolder, writeFileAtomic } from "../../shared/atomic-file.ts";
import { codeOf, HeimwegError, messageOf } from "../../shared/errors.ts";

/** The files in homes.d, as the owner's commands write them: root:heimweg, 0640, whole or not at all. */
export interface HomeFiles {
	path(home: string): string;
	/** The file's text; undefined when there is none. */
	read(home: string): Promise<string | undefined>;
	/** Makes a file that must not be there yet. */
	create(home: string, text: string): Promise<void>;
	/** Replaces its text; whose it is and who may read it stays. */
	replace(home: string, text: string): Promise<void>;
	remove(home: string): Promise<void>;
}

export function homeFiles(folder: string): HomeFiles {
	const path = (home: string) => join(folder, `${home}.toml`);

	async function explained<T>(home: string, act: () => Promise<T>): Promise<T> {
		try {
			return await act();
		} catch (error) {
			throw explain(error, path(home), folder);
		}
	}

	return {
		path,
		read: (home) =>
			explained(home, () =>
				readFile(path(home), "utf8").catch((error) => {
					if (codeOf(error) === "ENOENT") return undefined;
					throw error;
				}),
			),
		create: (home, text) =>
			explained(home, async () => {
				const { uid, gid } = await stat(folder);
				await writeFileAtomic(path(home), text, { mode: 0o640, fresh: true, owner: ownerOf({ uid, gid }) });
			}),
		replace: (home, text) =>
			explained(home, async () => {
				const { uid, gid, mode } = await stat(path(home));
				await writeFileAtomic(path(home), text, { mode: mode & 0o777, owner: ownerOf({ uid, gid }) });
			}),
		remove: (home) =>
			explained(home, async () => {
				await unlink(path(home));
				await syncFolder(folder);
			}),
	};
}

/** Only root gives files away. */
function ownerOf(owner: { uid: number; gid: number }) {
	return process.getuid?.() === 0 ? owner : undefined;
}

function explain(error: unknown, path: string, folder: string): unknown {
	switch (codeOf(error)) {
		case "EEXIST":
			return new HeimwegError(`${path} is there already`, {
				remedy: "run the command again, and see what it says",
			});
		case "EACCES":
		case "EPERM":
		case "EROFS":
			return new HeimwegError(`${path} cannot be written (${messageOf(error)})`, {
				remedy: "run it with sudo",
			});
		case "ENOENT":
			return new HeimwegError(`${path} cannot be written: there is no such folder or file`, {
				remedy: `see that ${folder} is there, as "heimweg-relay check-config" says`,
			});
		default:
			return error;
	}
}
