import { domainOfRecipient, type RecipientSet } from "../../shared/recipient.ts";
import { DAY } from "../../shared/time.ts";

/** Milliseconds that a list with such losses must have stood before it is believed. */
export const holdFor = DAY;

/** How many recipients there were, and are left of them: at one domain, or, without a domain, at all of a home's. */
export interface Loss {
	domain?: string;
	before: number;
	after: number;
}

/**
 * What a list loses that nobody is likely to have meant: more than half, and more than one recipient, at one of the
 * home's domains or at all of them together. Who is new makes up for nobody: a list that is quite another one, as of a
 * wrong table, loses all. Empty for a list that may come into force at once. Domains that are not the home's do not
 * count: its recipients there are not valid anyway.
 */
export function suspectLosses(
	before: RecipientSet,
	after: RecipientSet,
	domains: readonly string[],
): readonly Loss[] {
	const lost = new Map<string, number>();
	for (const recipient of before) {
		if (after.has(recipient)) continue;
		const domain = domainOfRecipient(recipient);
		lost.set(domain, (lost.get(domain) ?? 0) + 1);
	}
	const counts = domains.map((domain) => ({
		domain,
		before: before.countAt(domain),
		after: before.countAt(domain) - (lost.get(domain) ?? 0),
	}));
	const some = counts.filter(isSuspect);
	if (some.length > 0) return some;
	const all = {
		before: counts.reduce((sum, count) => sum + count.before, 0),
		after: counts.reduce((sum, count) => sum + count.after, 0),
	};
	return isSuspect(all) ? [all] : [];
}

function isSuspect({ before, after }: Loss): boolean {
	const lost = before - after;
	return lost > 1 && lost * 2 > before;
}
