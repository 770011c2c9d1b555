import { lstat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { RunCommand } from "../../shared/command.ts";
import { codeOf } from "../../shared/errors.ts";

/**
 * Our policy service as main.cf names it: relative to Postfix's queue directory, where a chrooted smtpd(8) finds it
 * too. Not a port on loopback, which every process of this machine could take while we are down, or fill.
 */
export const policyService = "unix:heimweg/policy";

/** The socket of the service, an absolute path; throws a CommandError when Postfix cannot be asked. */
export async function policySocket(run: RunCommand): Promise<string> {
	const queue = (await run("postconf", ["-h", "queue_directory"])).trim();
	return join(queue || "/var/spool/postfix", policyService.slice("unix:".length));
}

/**
 * Makes the folder of the socket when it is missing, as systemd-tmpfiles(8) does at a boot where Postfix is there: our
 * daemon's, and open to Postfix's group alone. Gives the folder when it was made. Only root may make it.
 */
export async function makePolicyFolder(run: RunCommand, owner: string): Promise<string | undefined> {
	const folder = dirname(await policySocket(run));
	try {
		await lstat(folder);
		return undefined;
	} catch (error) {
		if (codeOf(error) !== "ENOENT") throw error;
	}
	await run("install", ["-d", "-o", owner, "-g", "postfix", "-m", "2710", folder]);
	return folder;
}
