import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { subgroup } from "../lab/cgroup.ts";
import type { Lab } from "../lab/lab.ts";

/** Stops every process of a machine in its tracks, or lets them go on (cgroup 2, cgroup.freeze); its kernel lives on. */
export function freeze({ run }: Lab, role: "home" | "relay", frozen: boolean): Promise<void> {
	const [folder = ""] = subgroup(run.cgroup, role).folders;
	return writeFile(join(folder, "cgroup.freeze"), frozen ? "1" : "0");
}
