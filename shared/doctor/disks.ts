import { stat, statfs } from "node:fs/promises";
import { say } from "../words/say.ts";
import type { Finding } from "./finding.ts";

/** Parts of a file system that are left: what is worth a word, and what stops mail. */
const little = 0.05;
const nothing = 0.01;

/** What is free of a file system, as parts of 1, and which it is. */
export interface Room {
	space: number;
	files: number;
	device: number;
}

/** What is free of the file system at a path; undefined where there is none. */
export type SeeDisk = (path: string) => Promise<Room | undefined>;

export const seeDisk: SeeDisk = async (path) => {
	const found = await Promise.all([statfs(path), stat(path)]).catch(() => undefined);
	if (!found) return undefined;
	const [space, { dev }] = found;
	const part = (free: number, all: number) => (all > 0 ? free / all : 1);
	return {
		...{ space: part(space.bavail, space.blocks), files: part(space.ffree, space.files) },
		device: dev,
	};
};

/** Looks at the file systems at these places, as far as they are there. */
export async function seeDisks(
	disk: SeeDisk,
	places: readonly string[],
): Promise<Array<Room & { path: string }>> {
	const seen = await Promise.all(
		places.map((path) => disk(path).then((found) => found && { path, ...found })),
	);
	return seen.filter((one) => one !== undefined);
}

/** Judges the room on each file system, once. Pure. */
export function judgeDisks(
	disks: ReadonlyArray<Room & { path: string }>,
	{ turn, subject = (path) => path }: Pick<Finding, "turn"> & { subject?: (path: string) => string },
): Finding[] {
	const seen = new Set<number>();
	return disks.flatMap(({ path, space, files, device }): Finding[] => {
		// Several of them may lie on one file system.
		if (seen.has(device)) return [];
		seen.add(device);
		const left = Math.min(space, files);
		const percent = Math.floor(left * 100);
		const about = { subject: subject(path) };
		if (left >= little)
			return [{ ...about, code: "disk_well", severity: "well", found: say`${percent} % are free` }];
		return [
			{
				...{ ...about, code: "disk_nearly_full", severity: left < nothing ? "risk" : "todo", turn },
				found:
					files < space ? say`${percent} % of its files are left` : say`${percent} % of its space are left`,
				wanted: say`room for the mail that comes`,
				line: files < space ? `df -i ${path}` : `df -h ${path}`,
				source: "postconf(5), queue_minfree",
			},
		];
	});
}
