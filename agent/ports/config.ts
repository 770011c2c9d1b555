import { z } from "zod";
import { clientPortNumbers, usualPorts } from "../../shared/client-ports.ts";
import { hostnameSchema } from "../../shared/config.ts";
import type { SectionOf } from "../../shared/part.ts";
import { mostNames } from "../../shared/protocol/ports.ts";

const clientPortSchema = z
	.int()
	.refine((port) => clientPortNumbers.includes(port), `expected one of ${clientPortNumbers.join(", ")}`);

/** `[ports]`: what mail programs reach here through the relay. */
export const portsShape = {
	ports: z
		.strictObject({
			/** The client ports; when it is left out, the usual ones that Postfix and Dovecot are set up for. */
			serve: z.array(clientPortSchema).optional(),
			/** The names that mail programs ask for; those of [dns] when it is left out. */
			names: z.array(hostnameSchema).min(1).max(mostNames).optional(),
		})
		.prefault({}),
};

export type PortsConfig = SectionOf<typeof portsShape>["ports"];

/** The client ports that this home means to serve through the relay. */
export function servedPorts({ serve }: PortsConfig): readonly number[] {
	return serve ?? usualPorts;
}
