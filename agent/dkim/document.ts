import { z } from "zod";
import { plainText } from "../../shared/plain-text.ts";

/** Keys of all domains that one home has. */
const mostKeys = 500;

/** The largest file, in bytes. */
export const documentBytes = 1024 * 1024;

const textSchema = z
	.string()
	.max(1_000)
	.transform((text) => plainText(text));

const keySchema = z.object({
	domain: z
		.string()
		.max(253)
		.regex(/^[a-z0-9._-]+$/),
	selector: z
		.string()
		.max(200)
		.regex(/^[a-z0-9._-]+$/i),
	type: z.enum(["rsa", "ed25519"]),
	bits: z.int().min(0).max(65_536),
	publicKey: z
		.string()
		.max(16_384)
		.regex(/^[A-Za-z0-9+/]+=*$/),
	source: textSchema,
});

/** The file that heimweg-dkim.service writes and the agent reads; it holds public keys alone. */
export const documentSchema = z.object({
	version: z.literal(1),
	keys: z.array(keySchema).max(mostKeys),
	failing: z.array(z.object({ source: textSchema, error: textSchema })).max(mostKeys),
});
export type DkimDocument = z.infer<typeof documentSchema>;
