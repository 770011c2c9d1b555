import { z } from "zod";
import { familyOf, inNetwork, networksOverlap } from "../shared/address.ts";
import { logSchema, notifySchema } from "../shared/common-config.ts";
import {
	addressSchema,
	cidrSchema,
	hostnameSchema,
	interfaceSchema,
	listenSchema,
	pathSchema,
	portSchema,
	secretPathSchema,
} from "../shared/config.ts";

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

/** The relay's config file, `/etc/heimweg-relay/relay.toml`. */
export const relayConfigSchema = z
	.strictObject({
		tunnel: z.strictObject({
			interface: interfaceSchema.default("hw0"),
			private_key_file: secretPathSchema.default("/etc/heimweg-relay/wireguard.key"),
			/** The relay's own addresses inside the tunnel. */
			addresses: z.array(addressSchema).min(1),
			networks: z.array(cidrSchema).min(1),
			listen_port: portSchema.default(51820),
			mtu: z.int().min(1280).max(1500).default(1280),
		}),
		homes_dir: pathSchema.default("/etc/heimweg-relay/homes.d"),
		pulse: z.strictObject({ port: portSchema.default(8686) }).prefault({}),
		checkin: z.strictObject({ port: portSchema.default(8687) }).prefault({}),
		postfix: z
			.strictObject({
				maps_dir: pathSchema.default("/var/lib/heimweg-relay/maps"),
				service: z
					.string()
					.regex(/^[a-z][a-z0-9-]{0,30}$/, "expected a service name in small letters, digits and -")
					.default("heimweg"),
				/** Without effect, and accepted until the next release: Postfix asks on a unix socket. */
				policy_port: portSchema.optional(),
			})
			.prefault({}),
		notify: notifySchema.extend({ mail: mailAddressSchema.optional() }).prefault({}),
		http: z.strictObject({ listen: listenSchema.prefault("127.0.0.1:8651") }).prefault({}),
		state_dir: pathSchema.default(madeByUnit[0]),
		run_dir: pathSchema.default(madeByUnit[1]),
		log: logSchema,
	})
	.superRefine((config, context) => {
		const { addresses, networks } = config.tunnel;
		const complain = (path: (string | number)[], message: string) =>
			context.addIssue({ code: "custom", path, message });
		for (const [at, address] of addresses.entries()) {
			if (!networks.some((network) => inNetwork(address, network))) {
				complain(
					["tunnel", "addresses", at],
					`expected an address inside tunnel.networks (${networks.join(", ")}), got "${address}"`,
				);
			}
			if (addresses.findIndex((other) => familyOf(other) === familyOf(address)) !== at) {
				complain(["tunnel", "addresses", at], `expected one address per family, got "${address}" too`);
			}
		}
		for (const [at, network] of networks.entries()) {
			for (const other of networks.slice(at + 1)) {
				if (networksOverlap(network, other)) {
					complain(["tunnel", "networks", at], `"${network}" and "${other}" overlap`);
				}
			}
		}
		if (config.pulse.port === config.tunnel.listen_port) {
			complain(["pulse", "port"], `expected another port than tunnel.listen_port, got ${config.pulse.port}`);
		}
	});
export type RelayConfig = z.infer<typeof relayConfigSchema>;

/** Where the config lies when nothing else is said. */
export const defaultConfigPath = "/etc/heimweg-relay/relay.toml";
