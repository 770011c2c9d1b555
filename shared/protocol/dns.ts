import { z } from "zod";
import { addressSchema, hostnameSchema } from "../config.ts";

/** What a home asks of the relay's part for DNS: what the relay is called, and where it stands. */
export const dnsReportSchema = z.object({ version: z.literal(1) });

/** More addresses than a relay has. */
const mostAddresses = 16;

/** What the relay says of itself: truth that only it has. */
export const dnsAnswerSchema = z.object({
	/** Postfix's `myhostname`. */
	name: hostnameSchema,
	/** Its public addresses. */
	addresses: z.array(addressSchema).max(mostAddresses),
	/** What its name resolves to, as the relay itself sees it. */
	forward: z.array(addressSchema).max(mostAddresses),
	/** What each of these addresses resolves to. */
	reverse: z.record(z.string(), z.array(z.string().max(255)).max(mostAddresses)).optional(),
});
export type DnsAnswer = z.infer<typeof dnsAnswerSchema>;
