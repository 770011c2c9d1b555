import { z } from "zod";
import { familyOf } from "../shared/address.ts";
import { notifySchema } from "../shared/common-config.ts";
import { hostnameSchema, pathSchema, portSchema, spanSchema } from "../shared/config.ts";
import { type CoreConfig, coreFields, requireInside, tunnelFields } from "../shared/core-config.ts";
import type { Complain } from "../shared/part.ts";

/** Where we keep what we remember, and our socket; the unit makes both. */
export const madeByUnit = ["/var/lib/heimweg-relay", "/run/heimweg-relay"] as const;

/** A mail address without quotes or comments (RFC 5321, section 4.1.2, a dot-string), its domain in small letters. */
const mailAddressSchema = z.string().transform((text, context) => {
	const at = text.lastIndexOf("@");
	const domain = text.slice(at + 1).toLowerCase();
	if (/^[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}$/.test(text.slice(0, Math.max(at, 0)))) {
		if (hostnameSchema.safeParse(domain).success) return `${text.slice(0, at)}@${domain}`;
	}
	context.addIssue({ code: "custom", message: 'expected a mail address like "you@example.com"' });
	return z.NEVER;
});

/** The keys of `/etc/heimweg-relay/relay.toml` that all parts may read. */
export const coreShape = {
	tunnel: z.strictObject({
		listen_port: portSchema.default(51820),
		...tunnelFields("/etc/heimweg-relay/wireguard.key"),
	}),
	homes_dir: pathSchema.default("/etc/heimweg-relay/homes.d"),
	postfix: z
		.strictObject({
			maps_dir: pathSchema.default("/var/lib/heimweg-relay/maps"),
			service: z
				.string()
				.regex(/^[a-z][a-z0-9-]{0,30}$/, "expected a service name in small letters, digits and -")
				.default("heimweg"),
			/** How long mail that a home refuses for good waits instead of going back; not at all when it is left out. */
			hold: spanSchema("1h", "5d").optional(),
			/** Without effect, and accepted until the next release: Postfix asks on a unix socket. */
			policy_port: portSchema.optional(),
		})
		.prefault({}),
	...coreFields({ stateDir: madeByUnit[0], runDir: madeByUnit[1], port: 8651 }),
	notify: notifySchema.extend({ mail: mailAddressSchema.optional() }).prefault({}),
};

export type RelayCore = z.infer<z.ZodObject<typeof coreShape>> & CoreConfig;

/** What of these keys does not go with each other. */
export function reviewCore({ tunnel: { addresses, networks } }: RelayCore, complain: Complain): void {
	for (const [at, address] of addresses.entries()) {
		requireInside(address, networks, ["tunnel", "addresses", at], complain);
		if (addresses.findIndex((other) => familyOf(other) === familyOf(address)) !== at)
			complain(["tunnel", "addresses", at], `expected one address per family, got "${address}" too`);
	}
}

/** Where the config lies when nothing else is said. */
export const defaultConfigPath = "/etc/heimweg-relay/relay.toml";
