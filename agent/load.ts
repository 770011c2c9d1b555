import { listenProblems } from "../shared/api.ts";
import { runCommand } from "../shared/command.ts";
import { loadConfig } from "../shared/config.ts";
import { ownInspection } from "../shared/inspection.ts";
import { commandProblems } from "../shared/notify-command.ts";
import { gatherProblems, machineProblems, refuse } from "../shared/preflight.ts";
import { type AgentConfig, agentConfigSchema, madeByUnit } from "./config.ts";
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
export async function loadAgent(path: string, inspection = ownInspection): Promise<Loaded> {
	const config = await loadConfig(path, agentConfigSchema);
	const { tunnel } = config;
	let secrets: Secrets | undefined;
	const problems = await gatherProblems(
		inspection.mayRead(path),
		readSecrets(config, inspection).then((found) => {
			secrets = found;
			return undefined;
		}),
	);
	// The default ones are made by the unit.
	for (const [key, folder] of Object.entries({ state_dir: config.state_dir, run_dir: config.run_dir })) {
		if (!(madeByUnit as readonly string[]).includes(folder))
			problems.push(...(await inspection.unwritable(key, folder)));
	}
	problems.push(...(await machineProblems(runCommand, ["wg", "ip", "nft"], tunnel)));
	if (inspection.forAnother) {
		problems.push(...(await listenProblems(config)));
		problems.push(...(await commandProblems(runCommand, config.notify.command)));
	}
	refuse(problems);
	return { config, secrets: secrets! };
}
