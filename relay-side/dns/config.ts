import { z } from "zod";
import { cidrSchema, secretPathSchema } from "../../shared/config.ts";
import { httpsSchema } from "../../shared/dns/providers/desec/url.ts";
import type { SectionOf } from "../../shared/part.ts";

/** `[dns]`: the relay's own name in DNS, and what of the internet may be asked. */
export const dnsShape = {
	dns: z
		.strictObject({
			/** The token for the zone of the relay's own name, where that is at deSEC. */
			token_file: secretPathSchema.optional(),
			api: httpsSchema.default("https://desec.io/api/v1"),
			/** Networks that are the internet's here although they are not public, for a lab. */
			also_public: z.array(cidrSchema).default([]),
		})
		.prefault({}),
};

export type DnsConfig = SectionOf<typeof dnsShape>["dns"];
