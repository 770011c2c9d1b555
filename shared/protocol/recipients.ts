import { z } from "zod";
import { plainText } from "../plain-text.ts";

/**
 * The home's list of valid recipients, `POST /v1/recipients` over HTTP in the tunnel, JSON both ways. The answer to a
 * check-in says which list the relay has; the home sends what has changed since that one, or the whole list.
 * Unknown keys are ignored on both sides, and every key that a later version adds is optional.
 */
export const recipientsPath = "/v1/recipients";

/** The most recipients that one home may have. */
export const recipientLimit = 200_000;

/** The largest list, in bytes; also room for `recipientLimit` addresses of usual length. */
export const recipientBytes = 16 * 1024 * 1024;

const digest = z.string().regex(/^[0-9a-f]{32}$/);
/** Read by hand: of 200,000 texts zod would make the loop stand. */
const texts = z.custom<string[]>(
	(list) => Array.isArray(list) && list.every((text) => typeof text === "string" && text.length <= 320),
);

/** Characters that a home's Postfix may have in recipient_delimiter (postconf(5)). */
export const delimiterSchema = z
	.string()
	.regex(/^[+._=#-]{0,3}$/, 'expected up to three of the characters + - _ . = #, like "+"');

export const recipientsSchema = z.object({
	/** Of the list that these changes lead to. */
	digest,
	/** Of the list that the changes begin with; without it, `add` is the whole list. */
	base: digest.optional(),
	add: texts,
	remove: texts.default([]),
});
export type RecipientsPush = z.input<typeof recipientsSchema>;

/** The answer to a list that was taken. */
export const recipientsAnswerSchema = z.object({
	/** Of the list that the relay has now. */
	digest,
	/** True while it is kept back, because it is so much shorter than the one before. */
	held: z.boolean(),
});
export type RecipientsAnswer = z.infer<typeof recipientsAnswerSchema>;

/** What a check-in says of the home's list. */
export const recipientsReportSchema = z.object({
	/** False while the home cannot say who all its recipients are. */
	complete: z.boolean(),
	/** Why not, in a sentence. */
	reason: z.string().max(300).transform(plainText).optional(),
	/** The home's recipient_delimiter. */
	delimiter: delimiterSchema.default(""),
});
export type RecipientsReport = z.output<typeof recipientsReportSchema>;

/** What the relay says of the list in its answer to a check-in. */
export const recipientsStateSchema = z.object({
	digest: digest.optional(),
	/** Recipients in it. */
	count: z.int().min(0),
	held: z.boolean(),
	/** The most that the relay takes. */
	limit: z.int().min(1),
});
export type RecipientsState = z.infer<typeof recipientsStateSchema>;
