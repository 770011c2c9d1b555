import { z } from "zod";
import { type Address, type Cidr, inNetwork, parseAddress } from "../../shared/address.ts";
import {
	addressSchema,
	hostnameSchema,
	portSchema,
	publicKeySchema,
	secretPathSchema,
	spanSchema,
} from "../../shared/config.ts";
import { requireInside } from "../../shared/core-config.ts";
import type { Complain, SectionOf } from "../../shared/part.ts";

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

export type RelayConfig = z.infer<typeof relaySchema>;

/** `[[relays]]`: every part may know who they are. */
export const relaysSchema = z
	.array(relaySchema)
	.min(1)
	.max(1, "expected exactly one relay: more are not supported yet");

/** `[pulse]`. */
export const relayShape = {
	pulse: z.strictObject({ interval: spanSchema("500ms", "60s").prefault("1s") }).prefault({}),
};

export type RelaySection = SectionOf<typeof relayShape>;

/** What of the relays does not go with the tunnel. */
export function reviewRelays(
	{ relays, tunnel }: { relays: RelayConfig[]; tunnel: { networks: Cidr[]; addresses: Address[] } },
	complain: Complain,
): void {
	const { networks, addresses: own } = tunnel;
	for (const [r, relay] of relays.entries()) {
		for (const [at, address] of relay.addresses.entries()) {
			const path = ["relays", r, "addresses", at];
			requireInside(address, networks, path, complain);
			if (own.includes(address)) complain(path, `"${address}" is this home's own tunnel address`);
		}
		const { host } = relay.endpoint;
		if (isHostAddress(host) && networks.some((network) => inNetwork(parseAddress(host), network)))
			complain(
				["relays", r, "endpoint"],
				`"${host}" lies inside the tunnel; expected the relay's public name or address`,
			);
	}
}

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
