import { z } from "zod";
import { type Family, familyOf } from "../address.ts";
import { addressSchema } from "../config.ts";
import { plainText } from "../plain-text.ts";
import { sentProofsSchema } from "./proof.ts";
import { recipientsReportSchema, recipientsStateSchema } from "./recipients.ts";

/**
 * The check-in: the home tells the relay what it sees, the relay answers what it does for the home.
 * `POST /v1/checkin` over HTTP in the tunnel, JSON both ways, in TLS 1.3 with a pre-shared key (RFC 8446, section 4.2.11)
 * that follows from the two WireGuard keys: so each side knows the other, whoever holds the port. It reports and never
 * changes a route.
 * Unknown keys are ignored on both sides, and every key that a later version adds is optional: so each side works
 * with the other's previous version.
 */
export const checkinPath = "/v1/checkin";

/** The name of the pre-shared key; it goes in clear, and says nothing: the tunnel address tells whose key it is. */
export const checkinIdentity = "heimweg v2 check-in";

/** OpenSSL ties a pre-shared key of this kind to SHA-256. */
export const checkinCipher = "TLS_AES_128_GCM_SHA256";

/** The largest check-in and answer, in bytes. */
export const checkinLimit = 256 * 1024;

/** Errors of a home that a check-in tells in words. */
export const mostErrors = 20;

/** Characters of a sentence in either direction. */
export const longestSentence = 300;

/** What the other side says is shown to people, on terminals too. */
const shortText = z.string().max(longestSentence).transform(plainText);
const stamp = z.string().max(40).transform(plainText);
const addressOf = (family: Family) => addressSchema.refine((address) => familyOf(address) === family);

/** What parts say to each other, by their names: each reads what is its own, and knows that it may be anything. */
const partsSchema = z.record(z.string().max(40), z.unknown()).optional();

export const checkinSchema = z.object({
	version: shortText,
	/** What the home believes its public addresses to be. */
	addresses: z.object({ ipv4: addressOf(4).optional(), ipv6: addressOf(6).optional() }),
	/** The domains that the home expects to receive, if its config names them. */
	domains: z.array(shortText).max(10_000).optional(),
	/** Codes of the conditions that hold at the home. */
	conditions: z.array(shortText).max(1_000),
	/** The errors among them, in words. */
	errors: z
		.array(z.object({ code: shortText, text: shortText, since: stamp }))
		.max(mostErrors)
		.optional(),
	/** What the home has seen of its mail and records. */
	proofs: sentProofsSchema.optional(),
	/** Mail that has waited at the home for a while: how much, and when the oldest came there. */
	waiting: z
		.object({ mails: z.int().min(1), oldest: z.iso.datetime() })
		.optional()
		.catch(undefined),
	/** Of the list of valid recipients; without it the home has none. */
	recipients: recipientsReportSchema.optional(),
	parts: partsSchema,
});
export type Checkin = z.infer<typeof checkinSchema>;

export const checkinAnswerSchema = z.object({
	version: shortText,
	/** The home's id on the relay. */
	home: shortText,
	/** The generation of what is told here, as the answers to pulses tell it. */
	generation: z.int().min(1).max(0xffff_ffff).optional(),
	/** Seconds over which its homes spread their check-ins when it was started anew; it knows how many they are. */
	spread: z.number().min(1).max(600).optional().catch(undefined),
	/** The domains whose mail the relay sends to this home. */
	domains: z.array(shortText).max(100_000),
	/** Where that mail goes: the home's tunnel address and port. */
	destination: z.object({ address: addressSchema, port: z.int() }).optional(),
	/** How many mails wait on the relay for this home, since when without a break, and when the oldest came there. */
	waiting: z.object({ mails: z.int().min(1), since: stamp, oldest: stamp }).optional(),
	/** The list of valid recipients that the relay has; a relay that takes no lists says nothing. */
	recipients: recipientsStateSchema.optional(),
	parts: partsSchema,
	/** What the relay has seen of this home's mail. */
	proofs: sentProofsSchema.optional(),
	/** What the relay thinks of the home, and what is wrong with itself: sentences for its owner, empty when all is well. */
	notices: z
		.array(
			z.object({
				...{ code: shortText, text: shortText, remedy: shortText, since: stamp },
				severity: z.enum(["error", "warning"]).optional().catch(undefined),
				/** While it lasts no mail comes in. */
				blocksMail: z.boolean().optional().catch(undefined),
			}),
		)
		.max(100),
});
export type CheckinAnswer = z.infer<typeof checkinAnswerSchema>;
