import { readFile } from "node:fs/promises";
import { CommandError, type RunCommand } from "./command.ts";

/** The user of both daemons (systemd/heimweg.sysusers). */
const daemonUser = "heimweg";

/** True when the user can read (`-r`), write (`-w`) or run (`-x`) what lies at the path. */
export type ServiceMay = (access: "-r" | "-w" | "-x", path: string) => Promise<boolean>;

/**
 * Lets root see with the eyes of a user of ours, by default the daemons'. Others are told yes: their own try shows it. Node itself cannot
 * change to another user and back, so test(1) looks.
 */
export function serviceRights(run: RunCommand, user = daemonUser): ServiceMay {
	return async (access, path) => {
		if (process.getuid?.() !== 0 || !(await exists(user))) return true;
		try {
			await run("setpriv", [
				`--reuid=${user}`,
				`--regid=${user}`,
				"--init-groups",
				"--",
				"test",
				access,
				path,
			]);
			return true;
		} catch (error) {
			if (error instanceof CommandError && error.exitCode === 1) return false;
			throw error;
		}
	};
}

async function exists(user: string): Promise<boolean> {
	const accounts = await readFile("/etc/passwd", "utf8").catch(() => "");
	return accounts.split("\n").some((line) => line.startsWith(`${user}:`));
}
