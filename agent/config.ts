import { z } from "zod";
import { inNetwork, networksOverlap, parseAddress } from "../shared/address.ts";
import { cronSchema, logSchema, notifySchema } from "../shared/common-config.ts";
import {
	addressSchema,
	cidrSchema,
	hostnameSchema,
	interfaceSchema,
	listenSchema,
	pathSchema,
	portSchema,
	publicKeySchema,
	secretPathSchema,
	spanSchema,
} from "../shared/config.ts";
import { delimiterSchema } from "../shared/protocol/recipients.ts";

const urlSchema = (example: string) =>
	z.url({ protocol: /^https?$/, error: `expected a URL like "${example}"`, abort: true });

const httpsSchema = urlSchema("https://desec.io/api/v1").refine(
	(url) => url.startsWith("https:") || isLoopback(url),
	"the token must not cross the network in clear: expected https",
);

const serviceSchema = urlSchema("https://checkipv4.dedyn.io/");

/** Where the relay is found from outside: a name or an address, and its WireGuard port. */
const endpointSchema = z.string().transform((text, context) => {
	const [, six, host, port] = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text) ?? [];
	const name = six ?? host;
	if (!name || !portSchema.safeParse(Number(port)).success || !isHost(name)) {
		context.addIssue({
			code: "custom",
			message: `expected NAME:PORT, ADDRESS:PORT or [IPV6]:PORT, got "${text}"`,
		});
		return z.NEVER;
	}
	return { host: name, port: Number(port) };
});

const relaySchema = z.strictObject({
	endpoint: endpointSchema,
	public_key: publicKeySchema,
	preshared_key_file: secretPathSchema.optional(),
	/** The relay's addresses inside the tunnel; pulses and check-ins go to the first. */
	addresses: z.array(addressSchema).min(1),
	pulse_port: portSchema.default(8686),
	checkin_port: portSchema.default(8687),
});

/** How Postfix names a lookup table: `TYPE:NAME`. */
const tableSchema = z
	.string()
	.regex(/^[a-z]+:\S.*$/, 'expected a Postfix table with its type, like "hash:/etc/aliases"');

/** A program with its arguments, which run without a shell. */
const argvSchema = z
	.array(z.string().min(1))
	.min(1)
	.refine(([program]) => program?.startsWith("/"), "expected a program's absolute path, and its arguments");

/** Where the valid recipients of this home are known. */
const recipientsConfigSchema = z
	.strictObject({
		tables: z.array(tableSchema).default([]),
		passwd: z.boolean().default(false),
		doveadm: z.boolean().default(false),
		files: z.array(pathSchema).default([]),
		commands: z.array(argvSchema).default([]),
		/** The domains of names that have none; mail.domains when missing. */
		domains: z.array(hostnameSchema).min(1).optional(),
		/** Postfix's recipient_delimiter here. */
		delimiter: delimiterSchema.default("+"),
		/** The file that heimweg-recipients.service writes and the agent reads. */
		list: pathSchema.default("/var/lib/heimweg-recipients/recipients.json"),
	})
	.refine(
		({ tables, passwd, doveadm, files, commands }) =>
			passwd || doveadm || tables.length + files.length + commands.length > 0,
		"expected at least one of tables, passwd, doveadm, files and commands",
	);

/** Where we keep what we remember, and our socket; the unit makes both. */
export const madeByUnit = ["/var/lib/heimweg", "/run/heimweg"] as const;

/** The agent's config file, `/etc/heimweg/heimweg.toml`. */
export const agentConfigSchema = z
	.strictObject({
		relays: z.array(relaySchema).min(1).max(1, "expected exactly one relay: more are not supported yet"),
		tunnel: z.strictObject({
			interface: interfaceSchema.default("hw0"),
			private_key_file: secretPathSchema.default("/etc/heimweg/wireguard.key"),
			addresses: z.array(addressSchema).min(1),
			networks: z.array(cidrSchema).min(1),
			mtu: z.int().min(1280).max(1500).default(1280),
			/** Over which family the tunnel's own packets travel. */
			outer: z.enum(["auto", "ipv4", "ipv6"]).default("auto"),
		}),
		pulse: z
			.strictObject({
				interval: spanSchema("500ms", "60s").prefault("1s"),
			})
			.prefault({}),
		dns: z
			.strictObject({
				names: z.array(hostnameSchema).min(1),
				publish: z
					.array(z.enum(["A", "AAAA"]))
					.min(1)
					.default(["A", "AAAA"]),
				token_file: secretPathSchema.default("/etc/heimweg/desec.token"),
				also_public: z.array(cidrSchema).default([]),
				api: httpsSchema.default("https://desec.io/api/v1"),
				update: httpsSchema.default("https://update.dedyn.io/"),
				/** When the records are compared with deSEC although nothing happened. */
				check: cronSchema.default("17 */6 * * *"),
			})
			.optional(),
		check_ip: z
			.strictObject({
				ipv4: z.array(serviceSchema).default(["https://checkipv4.dedyn.io/"]),
				ipv6: z.array(serviceSchema).default(["https://checkipv6.dedyn.io/"]),
				schedule: cronSchema.default("*/10 * * * *"),
			})
			.prefault({}),
		mail: z.strictObject({ domains: z.array(hostnameSchema).min(1) }).optional(),
		recipients: recipientsConfigSchema.optional(),
		notify: notifySchema.prefault({}),
		http: z.strictObject({ listen: listenSchema.prefault("127.0.0.1:8650") }).prefault({}),
		state_dir: pathSchema.default(madeByUnit[0]),
		run_dir: pathSchema.default(madeByUnit[1]),
		log: logSchema,
	})
	.superRefine((config, context) => {
		const { networks, addresses } = config.tunnel;
		const complain = (path: (string | number)[], message: string) =>
			context.addIssue({ code: "custom", path, message });
		if (config.recipients?.passwd && !config.recipients.domains && !config.mail) {
			complain(
				["recipients", "domains"],
				"expected the domains of the users in /etc/passwd, here or in mail.domains",
			);
		}
		for (const [at, address] of addresses.entries()) {
			if (!networks.some((network) => inNetwork(address, network))) {
				complain(
					["tunnel", "addresses", at],
					`expected an address inside tunnel.networks (${networks.join(", ")}), got "${address}"`,
				);
			}
		}
		for (const [r, relay] of config.relays.entries()) {
			for (const [at, address] of relay.addresses.entries()) {
				const path = ["relays", r, "addresses", at];
				if (!networks.some((network) => inNetwork(address, network))) {
					complain(
						path,
						`expected an address inside tunnel.networks (${networks.join(", ")}), got "${address}"`,
					);
				}
				if (addresses.includes(address)) complain(path, `"${address}" is this home's own tunnel address`);
			}
			if (
				isHostAddress(relay.endpoint.host) &&
				networks.some((n) => inNetwork(parseAddress(relay.endpoint.host), n))
			) {
				complain(
					["relays", r, "endpoint"],
					`"${relay.endpoint.host}" lies inside the tunnel; expected the relay's public name or address`,
				);
			}
		}
		for (const [a, network] of networks.entries()) {
			for (const other of networks.slice(a + 1)) {
				if (networksOverlap(network, other))
					complain(["tunnel", "networks", a], `"${network}" and "${other}" overlap`);
			}
		}
	});
export type AgentConfig = z.infer<typeof agentConfigSchema>;

/** Where the config lies when nothing else is said. */
export const defaultConfigPath = "/etc/heimweg/heimweg.toml";

function isHostAddress(host: string): boolean {
	try {
		parseAddress(host);
		return true;
	} catch {
		return false;
	}
}

function isHost(host: string): boolean {
	return isHostAddress(host) || hostnameSchema.safeParse(host).success;
}

function isLoopback(url: string): boolean {
	return ["127.0.0.1", "[::1]", "localhost"].includes(new URL(url).hostname);
}
