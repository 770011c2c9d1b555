import { z } from "zod";
import { isLocalPart, parseRecipient, type Recipient } from "../../shared/recipient.ts";

const failureSchema = z.object({ since: z.string(), error: z.string(), remedy: z.string().optional() });

const sourceSchema = z.object({
	source: z.string(),
	/** Everything that it last named. */
	recipients: z.array(z.string().transform((text) => parseRecipient(text)!)),
	/** False when that is not known, or too old. */
	usable: z.boolean(),
	failing: failureSchema.optional(),
	/** A few of the names that no recipient can have, and how many there are. */
	unfit: z.object({ count: z.int(), some: z.array(z.string()) }).optional(),
});
export type SourceResult = z.output<typeof sourceSchema>;

/** The file that heimweg-recipients.service writes and the agent reads. */
export const documentSchema = z.object({ version: z.literal(1), sources: z.array(sourceSchema) });
export type RecipientsDocument = z.output<typeof documentSchema>;

/** What a source named, as recipients: a name without a domain stands for one in each of the domains. */
export function recipientsOf(
	names: readonly string[],
	domains: readonly string[],
): Pick<SourceResult, "recipients" | "unfit"> {
	const recipients = new Set<Recipient>();
	const unfit: string[] = [];
	for (const name of names) {
		if (name.includes("@")) {
			const recipient = parseRecipient(name);
			if (recipient) recipients.add(recipient);
			else unfit.push(name);
		} else if (domains.includes(name.toLowerCase())) {
			// A virtual alias domain stands in its table too (virtual(5)).
		} else if (!isLocalPart(name)) unfit.push(name);
		else for (const domain of domains) recipients.add(parseRecipient(`${name}@${domain}`)!);
	}
	return {
		recipients: [...recipients].sort(),
		...(unfit.length > 0
			? { unfit: { count: unfit.length, some: unfit.slice(0, 3).map((name) => name.slice(0, 80)) } }
			: {}),
	};
}
