import { rm } from "node:fs/promises";
import { dirname } from "node:path";
import { syncFolder } from "../../shared/atomic-file.ts";
import type { RunCommand } from "../../shared/command.ts";
import { SECOND } from "../../shared/time.ts";
import { keepBeside } from "./files.ts";
import { defaultPaths, type EnrolPaths, filesIn } from "./paths.ts";
import { type JoinTunnel, joinTunnel } from "./tunnel.ts";

/**
 * Makes room for a new code on a machine that is a home: the daemon ends, its tunnel goes, and heimweg.toml is kept as
 * heimweg.toml.before, beside what was kept before it. From then on this machine is no home until it has joined; its key
 * stays. Returns where the file is.
 */
export async function makeRoom(
	run: RunCommand,
	given: Partial<EnrolPaths> = {},
	tunnel: Pick<JoinTunnel, "remove"> = joinTunnel(run),
): Promise<string> {
	const { config } = filesIn({ ...defaultPaths, ...given });
	await run("systemctl", ["stop", "heimweg"], { timeout: 60 * SECOND });
	await tunnel.remove();
	const kept = await keepBeside(config, "before");
	await rm(config);
	await syncFolder(dirname(config));
	return kept;
}
