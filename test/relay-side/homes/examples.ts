import type { Home, TunnelRules } from "../../../relay-side/homes/home.ts";
import { lookupOf } from "../../../relay-side/homes/lookup.ts";
import type { Registry } from "../../../relay-side/homes/registry.ts";
import { parseAddress, parseCidr } from "../../../shared/address.ts";

/** A tunnel as tests use it. */
export const rules: TunnelRules = {
	networks: [parseCidr("10.86.0.0/16"), parseCidr("fd86::/64")],
	relayAddresses: [parseAddress("10.86.0.1"), parseAddress("fd86::1")],
	relayPublicKey: keyOf(0),
};

/** A well-formed WireGuard public key, another for each number. */
export function keyOf(number: number): string {
	const bytes = Buffer.alloc(32);
	bytes.writeUInt32BE(number + 1, 4);
	return bytes.toString("base64");
}

/** A home with key, address and domain that its number makes unique. */
export function homeOf(id: string, number: number, changes: Partial<Home> = {}): Home {
	return {
		id,
		publicKey: keyOf(number),
		addresses: [parseAddress(`10.86.${number >> 8}.${number & 255}`)],
		domains: [`${id}.example`],
		mailPort: 25,
		senders: "own",
		...changes,
	};
}

/** The text of the home's file. */
export function fileOf(home: Home): string {
	return [
		`public_key = "${home.publicKey}"`,
		`addresses = ${JSON.stringify(home.addresses)}`,
		`domains = ${JSON.stringify(home.domains)}`,
		`mail_port = ${home.mailPort}`,
		`senders = "${home.senders}"`,
		"",
	].join("\n");
}

/** A registry, and whose each domain is. */
export function servedOf(registry: Registry): { registry: Registry; byDomain: ReadonlyMap<string, Home> } {
	return { registry, byDomain: lookupOf(registry.homes).byDomain };
}
