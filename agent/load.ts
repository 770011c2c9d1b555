import { runCommand } from "../shared/command.ts";
import { loadConfig } from "../shared/config.ts";
import { createGuard } from "../shared/guard.ts";
import { findOverlaps } from "../shared/overlap.ts";
import { gatherProblems, missingPrivileges, missingPrograms, refuse } from "../shared/preflight.ts";
import { tunnelInterface } from "../shared/tunnel-interface.ts";
import { type AgentConfig, agentConfigSchema } from "./config.ts";
import { readSecrets, type Secrets } from "./secrets.ts";

/** Everything that `run` needs, checked. */
export interface Loaded {
	config: AgentConfig;
	secrets: Secrets;
}

/**
 * Reads the config and its secrets and looks at this machine, without touching anything. Throws a ConfigError that
 * lists everything that is wrong.
 */
export async function loadAgent(path: string): Promise<Loaded> {
	const config = await loadConfig(path, agentConfigSchema);
	let secrets: Secrets | undefined;
	const read = async () => {
		secrets = await readSecrets(config);
		return undefined;
	};
	refuse(await gatherProblems(read(), missingPrograms(runCommand, ["wg", "ip", "nft"])));
	refuse(await missingPrivileges());
	refuse(await gatherProblems(noForeigners(config, secrets!), overlaps(config)));
	return { config, secrets: secrets! };
}

async function noForeigners(config: AgentConfig, secrets: Secrets): Promise<undefined> {
	const { interface: name, addresses, networks, mtu } = config.tunnel;
	await tunnelInterface(runCommand, { name, addresses, networks, mtu, ...secrets }).refuseForeign();
	await createGuard({ run: runCommand, interface: name, networks }).refuseForeign();
	return undefined;
}

async function overlaps(config: AgentConfig): Promise<string[]> {
	const found = await findOverlaps(runCommand, config.tunnel.interface, config.tunnel.networks);
	return found.map(
		({ network, route }) =>
			`tunnel.networks: ${network} overlaps the local route ${route}: choose another tunnel network on both sides`,
	);
}
