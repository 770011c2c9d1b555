import { listenProblems } from "./api.ts";
import { runCommand } from "./command.ts";
import { MissingConfig, readConfig } from "./config.ts";
import { configSource } from "./config-watch.ts";
import type { CoreConfig } from "./core-config.ts";
import { type Inspection, ownInspection } from "./inspection.ts";
import { readKey } from "./keys.ts";
import { commandProblems } from "./notify-command.ts";
import type { PartTypes } from "./part.ts";
import { gatherProblems, machineProblems, refuse } from "./preflight.ts";
import { configSchema, type LoadedProgram, type ProgramKind } from "./program-kind.ts";
import { wireguardProblems } from "./wireguard-ground.ts";

/**
 * Reads the config and its secrets and looks at this machine, without touching anything. Throws a ConfigError that
 * lists everything that is wrong.
 */
export async function loadProgram<Types extends PartTypes>(
	kind: ProgramKind<Types>,
	path: string,
	inspection: Inspection = ownInspection,
): Promise<LoadedProgram<Types["core"]>> {
	const { config, text } = await readProgramConfig(kind, path);
	const { tunnel } = config;
	let secrets: Secrets | undefined;
	const problems = await gatherProblems(
		inspection.mayRead(path),
		readSecrets(kind, config, inspection).then((found) => {
			secrets = found;
			return undefined;
		}),
	);
	problems.push(...(await folderProblems(kind, config, inspection)));
	const programs = [...new Set([...kind.programs, ...kind.parts.flatMap((part) => part.programs ?? [])])];
	const machine = await machineProblems(runCommand, programs, tunnel);
	problems.push(...machine);
	const homeFile = Object.assign({}, ...kind.parts.map((part) => part.homeFile ?? {}));
	const look = { run: runCommand, inspection, machineWell: machine.length === 0, homeFile };
	for (const part of kind.parts) problems.push(...((await part.preflight?.(config, look)) ?? []));
	if (inspection.forAnother) {
		problems.push(...(await wireguardProblems(runCommand)));
		problems.push(...(await listenProblems(config)));
		problems.push(...(await commandProblems(runCommand, config.notify.command)));
	}
	refuse(problems);
	return { config, source: configSource(path, text), ...secrets! };
}

/** Reads the config file; where the usual one is missing, the error says how to begin. */
export async function readProgramConfig<Types extends PartTypes>(
	kind: ProgramKind<Types>,
	path: string,
): Promise<{ config: Types["core"] & CoreConfig; text: string }> {
	return readConfig(path, configSchema(kind)).catch((error: unknown) => {
		const first = error instanceof MissingConfig && path === kind.defaultConfigPath;
		throw first ? new MissingConfig(path, kind.words.setUp) : error;
	});
}

type Secrets = Pick<LoadedProgram<object>, "key" | "parts">;

/** Reads the tunnel's key and what the parts load; throws a ConfigError that lists every one that cannot be used. */
export async function readSecrets<Types extends PartTypes>(
	kind: Pick<ProgramKind<Types>, "parts">,
	config: Types["core"] & CoreConfig,
	inspection: Pick<Inspection, "secret" | "locate"> = ownInspection,
): Promise<Secrets> {
	const file = config.tunnel.private_key_file;
	const parts = new Map<string, unknown>();
	let privateKey = "";
	const problems = await gatherProblems(
		readKey("tunnel.private_key_file", file, inspection.secret).then((key) => {
			privateKey = key;
			return undefined;
		}),
		...kind.parts.map(async (part) => {
			parts.set(part.name, await part.load?.(config, inspection));
			return undefined;
		}),
	);
	refuse(problems);
	return { key: { privateKey, privateKeyFile: inspection.locate(file) }, parts };
}

/** The default folders are made by the unit. */
async function folderProblems(
	{ madeByUnit }: { madeByUnit: readonly string[] },
	{ state_dir, run_dir }: CoreConfig,
	inspection: Inspection,
): Promise<string[]> {
	const problems: string[] = [];
	for (const [key, folder] of Object.entries({ state_dir, run_dir })) {
		if (!madeByUnit.includes(folder)) problems.push(...(await inspection.unwritable(key, folder)));
	}
	return problems;
}
