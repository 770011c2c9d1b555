import { z } from "zod";
import { addressSchema, hostnameSchema } from "../config.ts";

/** The most names of a home. */
export const mostNames = 100;

/** The most addresses of the relay that a home is told. */
export const mostAddresses = 20;

const portsSchema = z.array(z.int().min(1).max(65_535)).max(20);

/** What the home says of its client ports. */
export const portsReportSchema = z.object({
	/** The names that mail programs ask for. */
	names: z.array(hostnameSchema).max(mostNames),
	/** The client ports that are set up at home, each behind its PROXY port. */
	ports: portsSchema,
	/** The names among them whose records shall be the relay's addresses. */
	relayed: z.array(hostnameSchema).max(mostNames).optional(),
});
export type PortsReport = z.infer<typeof portsReportSchema>;

/** What the relay answers. */
export const portsAnswerSchema = z.object({
	/** The relay's addresses at which it takes this home's clients. */
	addresses: z.array(addressSchema).max(mostAddresses).optional(),
	/** The relay has no other addresses, so that a family without one has none. */
	complete: z.boolean().optional(),
	/** The names and ports that are served. */
	names: z.array(hostnameSchema).max(mostNames).optional(),
	ports: portsSchema.optional(),
});
export type PortsAnswer = z.infer<typeof portsAnswerSchema>;
