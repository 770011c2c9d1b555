import { z } from "zod";

const jailName = z.string().regex(/^[\w.:@-]{1,64}$/, "a jail's name has letters, digits and . : @ _ -");

/** What the command line asks of the running program. */
export const orderSchema = z.discriminatedUnion("action", [
	z.object({ action: z.literal("list") }),
	z.object({
		action: z.literal("add"),
		client: z.string(),
		by: jailName.default("hand"),
		// fail2ban says -1 for a ban without an end.
		seconds: z.preprocess((given) => (Number(given) < 0 ? undefined : given), z.int().min(1).optional()),
	}),
	z.object({ action: z.literal("remove"), client: z.string(), by: jailName.optional() }),
	z.object({ action: z.literal("flush"), by: jailName }),
]);
export type Order = z.output<typeof orderSchema>;
