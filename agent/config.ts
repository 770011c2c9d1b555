import { z } from "zod";
import { hostnameSchema } from "../shared/config.ts";
import { type CoreConfig, coreFields, requireInside, tunnelFields } from "../shared/core-config.ts";
import type { Complain } from "../shared/part.ts";
import { relaysSchema } from "./relay/config.ts";

/** Where we keep what we remember, and our socket; the unit makes both. */
export const madeByUnit = ["/var/lib/heimweg", "/run/heimweg"] as const;

/** The keys of `/etc/heimweg/heimweg.toml` that all parts may read. */
export const coreShape = {
	relays: relaysSchema,
	tunnel: z.strictObject({
		...tunnelFields("/etc/heimweg/wireguard.key"),
		/** Over which family the tunnel's own packets travel. */
		outer: z.enum(["auto", "ipv4", "ipv6"]).default("auto"),
	}),
	mail: z
		.strictObject({
			domains: z.array(hostnameSchema).min(1),
			/** Whether what this home sends is meant to leave through the relay. */
			outgoing: z.enum(["relay", "other"]).default("relay"),
		})
		.optional(),
	...coreFields({ stateDir: madeByUnit[0], runDir: madeByUnit[1], port: 8650 }),
};

export type AgentCore = z.infer<z.ZodObject<typeof coreShape>> & CoreConfig;

/** What of these keys does not go with each other. */
export function reviewCore({ tunnel: { addresses, networks } }: AgentCore, complain: Complain): void {
	for (const [at, address] of addresses.entries())
		requireInside(address, networks, ["tunnel", "addresses", at], complain);
}

/** Where the config lies when nothing else is said. */
export const defaultConfigPath = "/etc/heimweg/heimweg.toml";
