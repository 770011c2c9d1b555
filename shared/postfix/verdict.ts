import { setImmediate } from "node:timers/promises";
import type { Proof, Proofs } from "../proof.ts";
import { say } from "../words/say.ts";

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
	/** How many of the served domains get each answer. */
	domains: Readonly<Record<Verdict["says"], number>>;
	/** The verdict on each domain whose answer is not "yes"; not more than {@link mostNamed} of them. */
	notWell: ReadonlyMap<string, Verdict>;
}

/** The same as the status shows it. */
export interface DeliveryStatus {
	delivery:
		| (Omit<Delivery, "notWell"> & {
				/** Some of the domains whose answer is not "yes". */
				notWell: Record<string, Verdict>;
		  })
		| undefined;
}

/** A relay may have a hundred thousand domains, and all of them in trouble at once. */
export const mostNamed = 1_000;

/** Domains that a status names. */
const shown = 20;

/** After so many domains others get their turn. */
const slice = 2_000;

/** Asks for the verdict on each domain, with pauses; the first "no" is that on all, else the first "not known". */
export async function judgeEach(
	domains: readonly string[],
	verdictOn: (domain: string) => Verdict,
	none: Verdict,
): Promise<Omit<Delivery, "outgoing">> {
	const counts = { yes: 0, no: 0, "not known": 0 };
	const first: Partial<Record<Verdict["says"], Verdict>> = {};
	const notWell = new Map<string, Verdict>();
	for (const [at, domain] of domains.entries()) {
		if (at % slice === slice - 1) await setImmediate();
		const verdict = verdictOn(domain);
		counts[verdict.says] += 1;
		first[verdict.says] ??= verdict;
		if (verdict.says !== "yes" && notWell.size < mostNamed) notWell.set(domain, verdict);
	}
	return { incoming: first.no ?? first["not known"] ?? first.yes ?? none, domains: counts, notWell };
}

/** The same as a part's proof. */
export function proofsOf(delivery: Delivery | undefined): Proofs {
	if (!delivery) return {};
	return { incoming: asProof(delivery.incoming), outgoing: asProof(delivery.outgoing) };
}

/** The verdict on mail for some of the domains alone. */
export function proofOf(delivery: Delivery | undefined, domains: readonly string[]): Proof | undefined {
	if (!delivery) return undefined;
	const open = domains.flatMap((domain) => delivery.notWell.get(domain) ?? []);
	const worst = open.find(({ says }) => says === "no") ?? open[0];
	if (worst) return asProof(worst);
	const { yes, no, "not known": unknown } = delivery.domains;
	// Theirs may be among those that were too many to be named.
	if (no + unknown > delivery.notWell.size) return undefined;
	return yes > 0 ? { verdict: "yes", because: "its Postfix routes every domain here" } : undefined;
}

/** What a configuration leaves open is no doubt about mail that is seen to flow; a condition tells of it where it matters. */
function asProof({ says, why }: Verdict): Proof | undefined {
	return says === "not known" ? undefined : { verdict: says, because: why };
}

/** What is to say while Postfix does not answer. */
export function notKnown(why: string, domains: readonly string[]): Delivery {
	const verdict: Verdict = { says: "not known", why };
	return {
		incoming: verdict,
		outgoing: verdict,
		domains: { yes: 0, no: 0, "not known": domains.length },
		notWell: new Map(domains.slice(0, mostNamed).map((one) => [one, verdict])),
	};
}

/** What the status shows; undefined while nothing was looked at. */
export function deliveryStatus(delivery: Delivery | undefined): DeliveryStatus {
	if (!delivery) return { delivery: undefined };
	return { delivery: { ...delivery, notWell: Object.fromEntries([...delivery.notWell].slice(0, shown)) } };
}

/** True when both say the same of everything. */
export function sameDelivery(a: Delivery, b: Delivery): boolean {
	const same = (one: Verdict | undefined, other: Verdict | undefined) =>
		one?.says === other?.says && one?.why === other?.why;
	return (
		same(a.incoming, b.incoming) &&
		same(a.outgoing, b.outgoing) &&
		(["yes", "no", "not known"] as const).every((says) => a.domains[says] === b.domains[says]) &&
		a.notWell.size === b.notWell.size &&
		[...a.notWell].every(([domain, verdict]) => same(verdict, b.notWell.get(domain)))
	);
}

/** A few names of many, for a sentence. */
export function someOf(names: readonly string[], most = 5): string {
	if (names.length <= most) return names.join(", ");
	return say`${names.slice(0, most).join(", ")} and ${names.length - most} more`;
}
