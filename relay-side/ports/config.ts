import { z } from "zod";
import type { Address } from "../../shared/address.ts";
import { clientPortNumbers, usualPorts } from "../../shared/client-ports.ts";
import { addressSchema, hostnameSchema } from "../../shared/config.ts";
import { mostNames } from "../../shared/protocol/ports.ts";
import type { Home } from "../facts.ts";

/** `[ports]` of relay.toml: what one client, and one home, may take of the relay. */
export const portsShape = {
	ports: z
		.strictObject({
			/** The relay's addresses for clients; those of its interfaces when it is left out. */
			addresses: z.array(addressSchema).optional(),
			/** Connections at the same time, of one client address (of one /64 in IPv6). */
			per_client: z.int().min(1).max(100_000).default(250),
			/** New connections of one client address in ten seconds. */
			rate: z.int().min(1).max(100_000).default(150),
			/** Connections at the same time to one home. */
			per_home: z.int().min(1).max(1_000_000).default(5_000),
			/** Connections at the same time, all together. */
			connections: z.int().min(100).max(1_000_000).default(10_000),
		})
		.prefault({}),
};

export type PortsConfig = z.infer<typeof portsShape.ports>;

const clientPortSchema = z
	.int()
	.refine((port) => clientPortNumbers.includes(port), `expected one of ${clientPortNumbers.join(", ")}`);

/** RFC 8461: under this name the world looks for the policy of the domain, which is not the home's to serve. */
const policyHost = /^mta-sts\./;

const clientNameSchema = hostnameSchema.refine(
	(name) => !policyHost.test(name),
	"expected a name that mail programs use; mta-sts names are never handed on to a home",
);

/** The keys of a home's file that say what of the relay's ports is the home's. */
export const portsHomeFile = {
	ports: z.array(clientPortSchema).optional(),
	client_names: z.array(clientNameSchema).max(mostNames).optional(),
	public_addresses: z.array(addressSchema).min(1).optional(),
};

/** What a home's file says of its client ports. */
export interface HomePorts {
	/** Undefined: the usual ones, as far as the home has them. */
	ports: readonly number[] | undefined;
	/** Undefined: those that the home tells. */
	clientNames: readonly string[] | undefined;
	publicAddresses: readonly Address[];
}

const schema = z.object(portsHomeFile);

/** A home is another object when its file has changed. */
const known = new WeakMap<object, HomePorts>();

/** Reads our keys of a home's file. What was stored by another version and cannot be read counts as not said. */
export function homePorts(home: Pick<Home, "more">): HomePorts {
	const before = known.get(home);
	if (before) return before;
	const read = schema.safeParse(home.more ?? {});
	const { ports, client_names, public_addresses = [] } = read.success ? read.data : {};
	const fresh = { ports, clientNames: client_names, publicAddresses: public_addresses };
	known.set(home, fresh);
	return fresh;
}

/** The ports that the relay serves for a home: what its file says, else the usual ones among those that it has. */
export function portsOf({ ports }: Pick<HomePorts, "ports">, told: readonly number[] | undefined): number[] {
	return [...(ports ?? usualPorts.filter((port) => told?.includes(port)))];
}

/** True for a name that no home is ever given. */
export function isReservedName(name: string, relayNames: ReadonlySet<string>): boolean {
	return policyHost.test(name) || relayNames.has(name);
}
