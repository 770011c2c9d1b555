/** What is known of mail's way, and why. "yes" only where every step of it was seen in Postfix's own words. */
export interface Verdict {
	says: "yes" | "no" | "not known";
	/** The proof, as the end of a sentence. */
	why: string;
}

/** What Postfix's configuration says of mail's way through this machine. */
export interface Delivery {
	/** Mail from the relay to this home, or from the world to the homes. */
	incoming: Verdict;
	/** Mail from this home to the world, or from the homes through this relay. */
	outgoing: Verdict;
	/** Each served domain's incoming mail. */
	domains: ReadonlyMap<string, Verdict>;
}

/** The same as the status shows it: domains are named only where the answer is not "yes", and not too many. */
export interface DeliveryStatus {
	delivery:
		| {
				incoming: Verdict;
				outgoing: Verdict;
				domains: Record<Verdict["says"], number>;
				notWell: Record<string, Verdict>;
		  }
		| undefined;
}

/** Domains that a status or a sentence names. */
const named = 20;

/** One verdict for all: the first "no", else the first "not known", else the first "yes". */
export function together(verdicts: Iterable<Verdict>, none: Verdict): Verdict {
	const first = new Map<Verdict["says"], Verdict>();
	for (const verdict of verdicts) if (!first.has(verdict.says)) first.set(verdict.says, verdict);
	return first.get("no") ?? first.get("not known") ?? first.get("yes") ?? none;
}

/** What is to say while Postfix does not answer. */
export function notKnown(why: string, domains: readonly string[]): Delivery {
	const verdict: Verdict = { says: "not known", why };
	return { incoming: verdict, outgoing: verdict, domains: new Map(domains.map((one) => [one, verdict])) };
}

/** What the status shows; undefined while nothing was looked at. */
export function deliveryStatus(delivery: Delivery | undefined): DeliveryStatus {
	if (!delivery) return { delivery: undefined };
	const { incoming, outgoing } = delivery;
	const domains = { yes: 0, no: 0, "not known": 0 };
	const notWell: Record<string, Verdict> = {};
	for (const [domain, verdict] of delivery.domains) {
		domains[verdict.says] += 1;
		if (verdict.says !== "yes" && Object.keys(notWell).length < named) notWell[domain] = verdict;
	}
	return { delivery: { incoming, outgoing, domains, notWell } };
}

/** True when both say the same of everything. */
export function sameDelivery(a: Delivery, b: Delivery): boolean {
	const same = (one: Verdict | undefined, other: Verdict | undefined) =>
		one?.says === other?.says && one?.why === other?.why;
	return (
		same(a.incoming, b.incoming) &&
		same(a.outgoing, b.outgoing) &&
		a.domains.size === b.domains.size &&
		[...a.domains].every(([domain, verdict]) => same(verdict, b.domains.get(domain)))
	);
}

/** A few names of many, for a sentence. */
export function someOf(names: readonly string[], most = 5): string {
	if (names.length <= most) return names.join(", ");
	return `${names.slice(0, most).join(", ")} and ${names.length - most} more`;
}
