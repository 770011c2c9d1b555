import { CommandError, type RunCommand } from "../../shared/command.ts";
import { HeimwegError } from "../../shared/errors.ts";
import type { Invitation } from "../../shared/invitation/code.ts";
import { seedKeys } from "../../shared/invitation/secrets.ts";
import { machineProblems, refuse } from "../../shared/preflight.ts";
import { publicKeyOf } from "../../shared/protocol/keys.ts";
import { wireguard } from "../../shared/wireguard.ts";
import { wireguardProblems } from "../../shared/wireguard-ground.ts";
import { isThere } from "./files.ts";
import type { Joining } from "./join-file.ts";
import { type EnrolPaths, filesIn, interfaceName } from "./paths.ts";

/** Programs that enrolment needs. */
const programs = ["wg", "ip", "nft"];

/**
 * Looks for all that would keep this machine from joining, before anything is touched: rights and programs, WireGuard, a
 * network that overlaps with one of its own, and a tunnel that is somebody's already, such as the relay's own when the
 * code was pasted there. Throws a ConfigError or a HeimwegError.
 *
 * @param known what this enrolment, and one that it takes the place of, may have left here
 */
export async function requireGround(
	run: RunCommand,
	paths: EnrolPaths,
	{ networks }: Invitation,
	known: readonly Joining[],
): Promise<void> {
	if (!(await isThere(paths.folder)))
		throw new HeimwegError(`there is no folder ${paths.folder}`, {
			remedy: "install the package heimweg, which makes it",
		});
	const tunnel = { interface: interfaceName, networks };
	refuse(await machineProblems(run, programs, tunnel, { connected: true }));
	refuse(await wireguardProblems(run));
	const key = (await wireguard(run, interfaceName).device())?.publicKey;
	const ours = known.flatMap(({ invitation, privateKey }) =>
		[seedKeys(invitation.seed).bootstrapKey, privateKey].map(publicKeyOf),
	);
	if (!key || ours.includes(key)) return;
	throw new HeimwegError(
		`this machine has a tunnel ${interfaceName} of Heimweg already, with a key that is not of this code`,
		{
			remedy:
				'run "heimweg join" at home, not on the relay; if this is a home that shall join anew, run "heimweg join --anew", or "ip link del hw0" if nothing of Heimweg runs here',
		},
	);
}

/** Throws when this machine is a home already. */
export async function refuseHome(paths: EnrolPaths): Promise<void> {
	const { config } = filesIn(paths);
	if (!(await isThere(config))) return;
	throw new HeimwegError(`${config} is there: this machine is a home already`, {
		remedy: `run "heimweg status"; with a new code, run "heimweg join --anew"`,
	});
}

/** Whether the daemon runs, which then has the tunnel. */
export async function daemonRuns(run: RunCommand): Promise<boolean> {
	try {
		await run("systemctl", ["is-active", "--quiet", "heimweg"]);
		return true;
	} catch (error) {
		if (error instanceof CommandError) return false;
		throw error;
	}
}
