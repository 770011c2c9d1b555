import { listenProblems } from "../shared/api.ts";
import { runCommand } from "../shared/command.ts";
import { loadConfig } from "../shared/config.ts";
import { ownInspection } from "../shared/inspection.ts";
import { readKey } from "../shared/keys.ts";
import { gatherProblems, machineProblems, refuse, takenPorts } from "../shared/preflight.ts";
import { wireguard } from "../shared/wireguard.ts";
import { madeByUnit, type RelayConfig, relayConfigSchema } from "./config.ts";

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
export async function loadRelay(path: string, inspection = ownInspection): Promise<Loaded> {
	const config = await loadConfig(path, relayConfigSchema);
	const { tunnel } = config;
	let privateKey = "";
	const problems = await gatherProblems(
		inspection.mayRead(path),
		readKey("tunnel.private_key_file", tunnel.private_key_file, inspection.secret).then((key) => {
			privateKey = key;
			return undefined;
		}),
	);
	// The default ones are made by the unit.
	for (const [key, folder] of Object.entries({ state_dir: config.state_dir, run_dir: config.run_dir })) {
		if (!(madeByUnit as readonly string[]).includes(folder))
			problems.push(...(await inspection.unwritable(key, folder)));
	}
	const machine = await machineProblems(runCommand, ["wg", "ip", "nft", "postmap", "postconf"], tunnel);
	problems.push(...machine);
	if (machine.length === 0) problems.push(...(await takenPorts(runCommand, await portsToTake(config))));
	if (inspection.forAnother) problems.push(...(await listenProblems(config)));
	refuse(problems);
	return { config, privateKey, privateKeyFile: inspection.locate(tunnel.private_key_file) };
}

async function portsToTake({ tunnel, pulse, checkin, postfix }: RelayConfig) {
	const device = await wireguard(runCommand, tunnel.interface).device();
	return [
		{ key: "pulse.port", protocol: "udp", port: pulse.port },
		{ key: "checkin.port", protocol: "tcp", port: checkin.port },
		{ key: "postfix.policy_port", protocol: "tcp", port: postfix.policy_port },
		// From our last start the interface may hold it already.
		...(device?.listenPort === tunnel.listen_port
			? []
			: ([{ key: "tunnel.listen_port", protocol: "udp", port: tunnel.listen_port }] as const)),
	] as const;
}
