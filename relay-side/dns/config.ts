import { z } from "zod";
import { cidrSchema } from "../../shared/config.ts";

/** `[dns]`: the relay's own name in DNS, and what of the internet may be asked. */
export const dnsShape = {
	dns: z
		.strictObject({
			/** Networks that are the internet's here although they are not public, for a lab. */
			also_public: z.array(cidrSchema).default([]),
		})
		.prefault({}),
};
