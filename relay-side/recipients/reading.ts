import { parseRecipient, type Recipient, RecipientSet } from "../../shared/recipient.ts";
import { slices } from "../../shared/slices.ts";
import { Refused } from "../refused.ts";

/** Reads what a home sends as recipients, in slices. Throws Refused for what cannot be one. */
export async function readRecipients(texts: readonly string[]): Promise<Recipient[]> {
	const slice = slices();
	const recipients: Recipient[] = [];
	for (const text of texts) {
		const recipient = parseRecipient(text);
		if (!recipient) throw new Refused(400, `${JSON.stringify(text.slice(0, 80))} cannot be a recipient`);
		recipients.push(recipient);
		if (slice.due()) await slice.turn();
	}
	return recipients;
}

/** The set that these changes make of another, in slices. */
export async function changedSet(
	base: RecipientSet | undefined,
	{ add, remove }: { add: readonly Recipient[]; remove: readonly Recipient[] },
): Promise<RecipientSet> {
	const slice = slices();
	const fresh = new RecipientSet(base);
	for (const recipient of remove) {
		fresh.delete(recipient);
		if (slice.due()) await slice.turn();
	}
	for (const recipient of add) {
		fresh.add(recipient);
		if (slice.due()) await slice.turn();
	}
	return fresh;
}
