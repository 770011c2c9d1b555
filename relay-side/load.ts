import { runCommand } from "../shared/command.ts";
import { loadConfig, secretPath } from "../shared/config.ts";
import { createGuard } from "../shared/guard.ts";
import { readKey } from "../shared/keys.ts";
import { findOverlaps } from "../shared/overlap.ts";
import { gatherProblems, missingPrivileges, missingPrograms, refuse } from "../shared/preflight.ts";
import { tunnelInterface } from "../shared/tunnel-interface.ts";
import { type RelayConfig, relayConfigSchema } from "./config.ts";

/** Everything that `run` needs, checked. */
export interface Loaded {
	config: RelayConfig;
	privateKey: string;
	privateKeyFile: string;
}

/**
 * Reads the config and its key and looks at this machine, without touching anything. Throws a ConfigError that lists
 * everything that is wrong. Home files are not looked at: a wrong one never stops the relay.
 */
export async function loadRelay(path: string): Promise<Loaded> {
	const config = await loadConfig(path, relayConfigSchema);
	const { tunnel } = config;
	let privateKey = "";
	const read = async () => {
		privateKey = await readKey("tunnel.private_key_file", tunnel.private_key_file);
		return undefined;
	};
	refuse(
		await gatherProblems(read(), missingPrograms(runCommand, ["wg", "ip", "nft", "postmap", "postconf"])),
	);
	refuse(await missingPrivileges());
	const privateKeyFile = secretPath(tunnel.private_key_file);
	refuse(await gatherProblems(noForeigners(tunnel, privateKey, privateKeyFile), overlaps(tunnel)));
	return { config, privateKey, privateKeyFile };
}

async function noForeigners(
	tunnel: RelayConfig["tunnel"],
	privateKey: string,
	privateKeyFile: string,
): Promise<undefined> {
	const { interface: name, addresses, networks, mtu } = tunnel;
	await tunnelInterface(runCommand, {
		name,
		addresses,
		networks,
		mtu,
		privateKey,
		privateKeyFile,
	}).refuseForeign();
	await createGuard({ run: runCommand, interface: name, networks }).refuseForeign();
	return undefined;
}

async function overlaps(tunnel: RelayConfig["tunnel"]): Promise<string[]> {
	const found = await findOverlaps(runCommand, tunnel.interface, tunnel.networks);
	return found.map(
		({ network, route }) =>
			`tunnel.networks: ${network} overlaps the local route ${route}: choose another tunnel network on both sides`,
	);
}
