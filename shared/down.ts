import type { Cidr } from "./address.ts";
import { CommandError, type RunCommand } from "./command.ts";
import { HeimwegError } from "./errors.ts";
import { createGuard } from "./guard.ts";
import { removeTunnelInterface } from "./tunnel-interface.ts";

/**
 * The command `down`: takes the interface and the guard table away. The daemon must not run, or it would set them up
 * again; wireguard-go's unit is stopped, for the same reason.
 */
export async function takeDown(options: {
	unit: string;
	run: RunCommand;
	tunnel(): Promise<{ interface: string; networks: readonly Cidr[] }>;
}): Promise<number> {
	const { run, unit } = options;
	const { interface: name, networks } = await options.tunnel();
	if (await isActive(run, unit)) {
		throw new HeimwegError(`${unit}.service runs and would set everything up again`, {
			remedy: `run "systemctl stop ${unit}" first`,
		});
	}
	const helper = `heimweg-wireguard-go@${name}`;
	if (await isActive(run, helper)) await run("systemctl", ["stop", helper], { timeout: 30_000 });
	await removeTunnelInterface(run, name);
	await createGuard({ run, interface: name, networks }).remove();
	process.stdout.write(`${name} and its guard are gone\n`);
	return 0;
}

async function isActive(run: RunCommand, unit: string): Promise<boolean> {
	try {
		await run("systemctl", ["is-active", "--quiet", unit]);
		return true;
	} catch (error) {
		// Any other status means inactive; a machine without systemd has no unit that could run.
		if (error instanceof CommandError) return false;
		throw error;
	}
}
