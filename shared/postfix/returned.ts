import { z } from "zod";
import { DAY } from "../time.ts";
import type { Delivery } from "./delivery.ts";
import { reasonOf } from "./reason.ts";

/** A recipient whose mail went back to its sender, and since when; no mail got through to it since. */
export interface Returned {
	/** In small letters. */
	recipient: string;
	/** Postfix's words at the first return for this reason. */
	text: string;
	/** Milliseconds since 1970. */
	since: number;
	last: number;
	mails: number;
	/** It did not go back, since Postfix was told to hold it (soft_bounce). */
	held: boolean;
}

export const returnedSchema: z.ZodType<Returned> = z.object({
	recipient: z.string().max(1_000),
	text: z.string().max(4_000),
	since: z.number(),
	last: z.number(),
	mails: z.number(),
	held: z.boolean(),
});

/** What is remembered across a restart: the returns, and up to where the log was read. */
export const returnsSchema: z.ZodType<{ read: number; returned: Returned[] }> = z.object({
	read: z.number(),
	returned: z.array(returnedSchema).max(10_000),
});

/** Recipients that are remembered; more say nothing new. */
const most = 1_000;

/** A return that nobody repaired or repeated for so long is history. */
const forgottenAfter = 7 * DAY;

/** Words that are about the mail and not about its recipient: too large, or refused for what is in it. */
export function isAboutContent({ text }: Pick<Delivery, "text">): boolean {
	return /in reply to end of DATA command|message size \d+ exceeds|size exceeds/.test(text);
}

/**
 * Takes what the log says of a delivery into what is known. A mail that goes back to its sender is remembered until one for
 * the same recipient gets through, or a question says that it would (sendmail -bv). Says whether anything is another.
 */
export function noteDelivery(known: Map<string, Returned>, delivery: Delivery): boolean {
	const { at, status, text } = delivery;
	const recipient = delivery.addressed.toLowerCase();
	const before = known.get(recipient);
	if (status === "sent" || status === "deliverable") {
		if (!before || at < before.last) return false;
		return known.delete(recipient);
	}
	const held = status === "SOFTBOUNCE";
	if (status !== "bounced" && !held) return false;
	// The log is read again from a little earlier after a restart.
	if (before && at <= before.last) return false;
	if (!before && known.size >= most) return false;
	const machines = { here: "" };
	const same = before && reasonOf(before.text, machines).kind === reasonOf(text, machines).kind;
	known.set(recipient, {
		recipient,
		text: same ? before.text : text,
		since: before?.since ?? at,
		last: at,
		mails: (before?.mails ?? 0) + 1,
		held,
	});
	return true;
}

/** Forgets what is history (`after` so many milliseconds without another return), or no longer ours. */
export function forgetReturned(
	known: Map<string, Returned>,
	now: number,
	isOurs: (recipient: string) => boolean,
	after: number = forgottenAfter,
): boolean {
	let some = false;
	for (const [recipient, { last }] of known)
		if (now - last > after || !isOurs(recipient)) some = known.delete(recipient) || some;
	return some;
}

/** The first return of each domain, by domain. */
export function firstReturns(known: Iterable<Returned>): Map<string, Returned> {
	const first = new Map<string, Returned>();
	for (const one of known) {
		const domain = one.recipient.slice(one.recipient.lastIndexOf("@") + 1);
		const before = first.get(domain);
		if (!before || one.since < before.since) first.set(domain, one);
	}
	return first;
}
