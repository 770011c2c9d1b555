import { z } from "zod";
import { networksOverlap } from "./address.ts";
import type { ConfigSource } from "./config-watch.ts";
import type { CoreConfig } from "./core-config.ts";
import type { Complain, PartContext, PartKind, PartTypes } from "./part.ts";

/** The key of the tunnel, and where it lies. */
export interface TunnelKey {
	privateKey: string;
	privateKeyFile: string;
}

/** Everything that `run` needs, read and checked. */
export interface LoadedProgram<Core> {
	config: Core & CoreConfig;
	/** Where it was read. */
	source: ConfigSource;
	key: TunnelKey;
	/** What the kinds of part have loaded, by name. */
	parts: ReadonlyMap<string, unknown>;
}

/** A program before it runs: its own configuration and words, and the list of its kinds of part. */
export interface ProgramKind<Types extends PartTypes> {
	name: string;
	/** What its metrics begin with. */
	metrics: string;
	/** One sentence for --help. */
	description: string;
	/** Files and signals, for --help. */
	help: string;
	defaultConfigPath: string;
	/** Folders that the unit makes: the state's, and the one with the control socket. */
	madeByUnit: readonly string[];
	/** Programs that must be installed, whatever the parts need. */
	programs: readonly string[];
	/** What single commands do, as --help says it. */
	words: Record<"run" | "status" | "checkConfig" | "down" | "postfix" | "postfixUndo", string> & {
		/** What to do where there is no configuration yet. */
		setUp: string;
		statusHome?: string;
		downForce?: string;
		postfixForce?: string;
	};
	/** The keys of the config file that are the program's own. */
	core: z.ZodRawShape;
	review?(config: Types["core"], complain: Complain): void;
	/** In the order of their starts; facts are told in this order, too. */
	parts: ReadonlyArray<PartKind<Types>>;
	/** What the parts get, from what all programs give. */
	context(
		common: PartContext,
		loaded: LoadedProgram<Types["core"]>,
		parts: () => ReadonlyArray<Types["part"]>,
	): Types["context"];
}

/** The schema of the whole config file: the program's own keys and those of its parts. */
export function configSchema<Types extends PartTypes>(
	kind: Pick<ProgramKind<Types>, "core" | "review" | "parts">,
): z.ZodType<Types["core"] & CoreConfig> {
	const shape: Record<string, z.ZodType> = { ...(kind.core as Record<string, z.ZodType>) };
	for (const part of kind.parts) {
		for (const [key, field] of Object.entries(part.config ?? {})) {
			if (key in shape) throw new Error(`two parts want the key "${key}" of the config file`);
			shape[key] = field as z.ZodType;
		}
	}
	return z.strictObject(shape).superRefine((raw, context) => {
		const config = raw as Types["core"] & CoreConfig;
		const complain: Complain = (path, message) =>
			context.addIssue({ code: "custom", path: [...path], message });
		kind.review?.(config, complain);
		reviewNetworks(config, complain);
		for (const part of kind.parts) part.review?.(config, complain);
	}) as unknown as z.ZodType<Types["core"] & CoreConfig>;
}

function reviewNetworks({ tunnel: { networks } }: CoreConfig, complain: Complain): void {
	for (const [at, network] of networks.entries()) {
		for (const other of networks.slice(at + 1)) {
			if (networksOverlap(network, other))
				complain(["tunnel", "networks", at], `"${network}" and "${other}" overlap`);
		}
	}
}
