import { mkdir, readdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { writeFileAtomic } from "../../atomic-file.ts";
import type { ZoneContent } from "../plan/plan.ts";

/** Snapshots of a zone that are kept. */
const kept = 20;

export interface Snapshots {
	/** Keeps the zone as it is; throws when it cannot. */
	keep(content: ZoneContent): Promise<void>;
	/** The file of the last one. */
	last(zone: string): string | undefined;
}

/** Zones as they were before a change, in files of a folder: what a person can go back to whatever else is lost. */
export function createSnapshots(folder: string, now: () => Date = () => new Date()): Snapshots {
	const last = new Map<string, string>();
	return {
		last: (zone) => last.get(zone),
		async keep(content) {
			await mkdir(folder, { recursive: true, mode: 0o750 });
			const stamp = now().toISOString().replaceAll(/[:.]/g, "-");
			const path = join(folder, `${content.zone}-${stamp}.json`);
			await writeFileAtomic(path, `${JSON.stringify(content, null, "\t")}\n`, { mode: 0o640 });
			last.set(content.zone, path);
			const length = basename(path).length;
			const names = (await readdir(folder))
				.filter((name) => name.startsWith(`${content.zone}-`) && name.length === length)
				.sort();
			for (const name of names.slice(0, -kept)) await rm(join(folder, name), { force: true });
		},
	};
}
