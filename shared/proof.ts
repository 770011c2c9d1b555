/** What somebody wants to know first: does mail come in, does it go out, and are the records true? */
export const directions = ["incoming", "outgoing", "records"] as const;
export type Direction = (typeof directions)[number];

/** `yes` and `no` were seen; whatever is only believed is `not known`. */
export const verdicts = ["yes", "no", "not known"] as const;
export type Verdict = (typeof verdicts)[number];

/** What somebody has seen, or looked for in vain, as words that stand in brackets after the verdict. */
export interface Proof {
	verdict: Verdict;
	because: string;
}

/** What one part knows of each direction; it leaves out what is none of its business. */
export type Proofs = { readonly [D in Direction]?: Proof | readonly Proof[] | undefined };

/** Of each direction that anybody knows something of: the verdict, and what it rests on. */
export type Headline = { [D in Direction]?: { verdict: Verdict; because: string[] } };

/** The directions of mail: what stops mail stops it in both. */
export const mailDirections: readonly Direction[] = ["incoming", "outgoing"];

/**
 * Folds what all parts know: one `no` is a no, and one `not known` leaves a direction not known.
 *
 * @param stops what stops all mail, as the titles of conditions
 */
export function headlineOf(all: readonly Proofs[], stops: readonly string[] = []): Headline {
	const headline: Headline = {};
	for (const direction of directions) {
		const proofs = all.flatMap((one) => one[direction] ?? []);
		if (mailDirections.includes(direction))
			proofs.push(...stops.map((because): Proof => ({ verdict: "no", because })));
		if (proofs.length > 0) headline[direction] = fold(proofs);
	}
	return headline;
}

/** The verdict alone that {@link headlineOf} comes to in a direction; undefined when nobody knows anything of it. */
export function verdictOf(all: readonly Proofs[], direction: Direction): Verdict | undefined {
	let verdict: Verdict | undefined;
	const see = (one: Proof) => {
		if (verdict === "no" || one.verdict === "yes") verdict ??= "yes";
		else verdict = one.verdict;
	};
	for (const one of all) {
		const said = one[direction];
		if (said === undefined) continue;
		if ("verdict" in said) see(said);
		else for (const proof of said) see(proof);
	}
	return verdict;
}

function fold(proofs: readonly Proof[]): NonNullable<Headline[Direction]> {
	const those = (verdict: Verdict) => proofs.filter((one) => one.verdict === verdict);
	const [no, open] = [those("no"), those("not known")];
	const verdict = no.length > 0 ? "no" : open.length > 0 ? "not known" : "yes";
	// What works is no reason for a no; what is open comes before what is seen.
	const telling = verdict === "no" ? no : [...open, ...those("yes")];
	return { verdict, because: [...new Set(telling.map(({ because }) => because))] };
}

/** True when everything that anybody looks at was seen to be well. */
export function isProven(headline: Headline): boolean {
	return directions.every((direction) => (headline[direction]?.verdict ?? "yes") === "yes");
}

/** False when mail was seen not to come in, or not to go out. */
export function mayFlow(headline: Headline): boolean {
	return mailDirections.every((direction) => headline[direction]?.verdict !== "no");
}

/** A moment of the present day, as proofs name it: `12:03 UTC`; with its date when it is another day. */
export function momentText(at: Date, now: Date = new Date()): string {
	const stamp = at.toISOString();
	const sameDay = stamp.slice(0, 10) === now.toISOString().slice(0, 10);
	return `${sameDay ? "" : `${stamp.slice(0, 10)} `}${stamp.slice(11, 16)} UTC`;
}
