import { z } from "zod";
import { parseAddress } from "../../shared/address.ts";
import { hostnameSchema, portSchema } from "../../shared/config.ts";

/** Where homes find the relay: a name or an address, and WireGuard's port, if it is another there than here. */
export const endpointSchema = z.string().transform((text, context) => {
	const read = readEndpoint(text);
	if (read) return read;
	const message = `expected the relay's public name or address, such as "relay.example.net" or "[2001:db8::1]:51820", got "${text.slice(0, 80)}"`;
	context.addIssue({ code: "custom", message });
	return z.NEVER;
});

function readEndpoint(text: string): { host: string; port: number | undefined } | undefined {
	const [, six, other, digits] = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
	// An IPv6 address without brackets has no port behind it.
	const host = hostOf(six ?? other ?? text);
	const port = digits === undefined ? undefined : portSchema.safeParse(Number(digits));
	if (host === undefined || port?.success === false) return undefined;
	return { host, port: port?.data };
}

function hostOf(text: string): string | undefined {
	const name = text.toLowerCase();
	if (hostnameSchema.safeParse(name).success) return name;
	try {
		return parseAddress(text);
	} catch {
		return undefined;
	}
}
