import { z } from "zod";
import { plainText } from "../plain-text.ts";

/**
 * What the parts `bounces` of both sides tell each other in a check-in: mail that went back to its sender although its
 * recipient is valid, the first of each domain.
 */
export const returnsSaidSchema = z.object({
	returned: z
		.array(
			z.object({
				recipient: z.string().max(320).transform(plainText),
				/** The words of the Postfix that sent it back. */
				said: z.string().max(300).transform(plainText),
				/** ISO 8601. */
				since: z.string().max(40).transform(plainText),
				/** It waits instead of going back. */
				held: z.boolean().optional(),
			}),
		)
		.max(100),
});
export type ReturnsSaid = z.infer<typeof returnsSaidSchema>;
