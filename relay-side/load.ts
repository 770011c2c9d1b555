import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { listenProblems } from "../shared/api.ts";
import { runCommand } from "../shared/command.ts";
import { loadConfig } from "../shared/config.ts";
import { ownInspection } from "../shared/inspection.ts";
import { readKey } from "../shared/keys.ts";
import { commandProblems } from "../shared/notify-command.ts";
import { gatherProblems, machineProblems, refuse, takenPorts } from "../shared/preflight.ts";
import { wireguard } from "../shared/wireguard.ts";
import { madeByUnit, type RelayConfig, relayConfigSchema } from "./config.ts";
import { homeIdOf, homeParser } from "./homes/home.ts";
import { readHomeFile } from "./homes/read.ts";

/** What is said of a key that an earlier version needed. */
export const policyPortUnused =
	'postfix.policy_port has no effect any more, because Postfix asks on a unix socket: remove it, and run "heimweg-relay postfix --apply" if you have not since the upgrade';

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
	if (inspection.forAnother) {
		problems.push(...(await listenProblems(config)));
		problems.push(...(await commandProblems(runCommand, config.notify.command)));
		problems.push(...(await routedHomeProblems(config)));
	}
	refuse(problems);
	return { config, privateKey, privateKeyFile: inspection.locate(tunnel.private_key_file) };
}

/**
 * Word of a home's absence must not wait for its return: `notify.mail` may not be in a domain that a home file names,
 * as a sentence. What else is wrong with home files is told by the daemon.
 */
async function routedHomeProblems({ notify, homes_dir, tunnel }: RelayConfig): Promise<string[]> {
	const { mail } = notify;
	if (mail === undefined) return [];
	const domain = mail.slice(mail.lastIndexOf("@") + 1);
	const parse = homeParser({ networks: tunnel.networks, relayAddresses: tunnel.addresses });
	const names = await readdir(homes_dir).catch(() => []);
	const files = await Promise.all(
		names
			.filter((name) => homeIdOf(name) !== undefined)
			.map((name) => readHomeFile(join(homes_dir, name), name, parse)),
	);
	return files
		.filter((file) => file && "home" in file && file.home.domains.includes(domain))
		.map(
			(file) =>
				`notify.mail: mail to ${mail} is routed to a home (${file!.file}), so word of its absence would wait for its return: expected an address that does not depend on this relay`,
		);
}

async function portsToTake({ tunnel, pulse, checkin }: RelayConfig) {
	const device = await wireguard(runCommand, tunnel.interface).device();
	return [
		{ key: "pulse.port", protocol: "udp", port: pulse.port },
		{ key: "checkin.port", protocol: "tcp", port: checkin.port },
		// From our last start the interface may hold it already.
		...(device?.listenPort === tunnel.listen_port
			? []
			: ([{ key: "tunnel.listen_port", protocol: "udp", port: tunnel.listen_port }] as const)),
	] as const;
}
