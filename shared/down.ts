import type { Cidr } from "./address.ts";
import { CommandError, type RunCommand } from "./command.ts";
import { HeimwegError, messageOf, remedyOf } from "./errors.ts";
import { createGuard } from "./guard.ts";
import { SECOND } from "./time.ts";
import { removeTunnelInterface } from "./tunnel-interface.ts";

/** Milliseconds for wireguard-go, whose unit has systemd kill it after five seconds. */
const helperEnds = 30 * SECOND;

/** What a part does when the machine is cleared. */
interface Clears<Config> {
	mayDown?(config: Config): Promise<void>;
	down?(config: Config, run: RunCommand): Promise<string | undefined>;
}

/**
 * The command `down`: takes away what the parts set up, the interface and the guard table. The daemon must not run, or
 * it would set them up again; wireguard-go's unit is stopped, for the same reason.
 */
export async function takeDown<Config extends { tunnel: { interface: string; networks: readonly Cidr[] } }>({
	unit,
	run,
	config,
	parts,
	force,
}: {
	unit: string;
	run: RunCommand;
	config: Config;
	parts: ReadonlyArray<Clears<Config>>;
	/** Does not ask whether it may be done now. */
	force: boolean;
}): Promise<number> {
	const { interface: name, networks } = config.tunnel;
	if (!force) for (const part of parts) await part.mayDown?.(config);
	if (await isActive(run, unit)) {
		throw new HeimwegError(`${unit}.service runs and would set everything up again`, {
			remedy: `run "systemctl stop ${unit}" first`,
		});
	}
	for (const part of parts) {
		const said = await part.down?.(config, run);
		if (said) process.stdout.write(`${said}\n`);
	}
	const helper = `heimweg-wireguard-go@${name}`;
	// One that fails must not leave the rest behind, least of all the guard.
	const failures = await failuresOf(
		async () => {
			if (await isActive(run, helper)) await run("systemctl", ["stop", helper], { timeout: helperEnds });
		},
		() => removeTunnelInterface(run, name),
		() => createGuard({ run, interface: name, networks }).remove(),
	);
	if (failures.length > 0) {
		throw new HeimwegError(`not all is gone: ${failures.map(messageOf).join("; ")}`, {
			remedy: failures.map(remedyOf).find(Boolean) ?? `run "${unit} down" again`,
		});
	}
	process.stdout.write(`${name} and its guard are gone\n`);
	return 0;
}

/** Does one after the other, whatever becomes of those before. */
async function failuresOf(...steps: Array<() => Promise<unknown>>): Promise<unknown[]> {
	const failures: unknown[] = [];
	for (const step of steps) await step().catch((error: unknown) => failures.push(error));
	return failures;
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
