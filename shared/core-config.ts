import { z } from "zod";
import { type Address, type Cidr, inNetwork } from "./address.ts";
import { logSchema, notifySchema } from "./common-config.ts";
import {
	addressSchema,
	cidrSchema,
	interfaceSchema,
	listenSchema,
	pathSchema,
	secretPathSchema,
} from "./config.ts";
import type { LogSettings } from "./log.ts";
import type { Complain } from "./part.ts";

/** What every program of ours has in its config file. */
export interface CoreConfig {
	tunnel: {
		interface: string;
		private_key_file: string;
		/** Our own addresses inside the tunnel, and the tunnel's networks. */
		addresses: Address[];
		networks: Cidr[];
		mtu: number;
	};
	notify: { command?: [string, ...string[]] | undefined };
	http: { listen: { host: Address; port: number } };
	state_dir: string;
	run_dir: string;
	log: LogSettings;
}

/** The fields of the `[tunnel]` table that both programs have. */
export const tunnelFields = (keyFile: string) => ({
	interface: interfaceSchema.default("hw0"),
	private_key_file: secretPathSchema.default(keyFile),
	addresses: z.array(addressSchema).min(1),
	networks: z.array(cidrSchema).min(1),
	mtu: z.int().min(1280).max(1500).default(1280),
});

/** The keys of the config file that both programs have beside `[tunnel]`. */
export const coreFields = (at: { stateDir: string; runDir: string; port: number }) => ({
	notify: notifySchema.prefault({}),
	http: z.strictObject({ listen: listenSchema.prefault(`127.0.0.1:${at.port}`) }).prefault({}),
	state_dir: pathSchema.default(at.stateDir),
	run_dir: pathSchema.default(at.runDir),
	log: logSchema,
});

/** Complains of an address that lies in none of the tunnel's networks. */
export function requireInside(
	address: Address,
	networks: readonly Cidr[],
	path: ReadonlyArray<string | number>,
	complain: Complain,
): void {
	if (networks.some((network) => inNetwork(address, network))) return;
	complain(path, `expected an address inside tunnel.networks (${networks.join(", ")}), got "${address}"`);
}
