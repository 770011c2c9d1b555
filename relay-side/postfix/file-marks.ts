import { fileMark } from "../../shared/file-mark.ts";

/**
 * Tells our own changes of files from those of others, by one look at each file's place, size and times. What is asked of a
 * file, and done to it, is to come one after the other.
 */
export interface FileMarks {
	/** Makes a change of our own; what others did to the file before stays to be told. */
	ours<T>(file: string, change: () => Promise<T>): Promise<T>;
	/** True when others changed the file, or took it away, since this was last asked; true at first. */
	changedByOthers(file: string): Promise<boolean>;
}

export function fileMarks(): FileMarks {
	const left = new Map<string, string>();
	const changed = new Set<string>();

	async function compare(file: string): Promise<void> {
		const mark = await fileMark(file);
		if (left.get(file) !== mark) changed.add(file);
		left.set(file, mark);
	}

	return {
		async ours(file, change) {
			await compare(file);
			try {
				return await change();
			} finally {
				left.set(file, await fileMark(file));
			}
		},
		async changedByOthers(file) {
			await compare(file);
			return changed.delete(file);
		},
	};
}
