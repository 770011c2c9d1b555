import { spanOf } from "../../shared/health.ts";
import {
	type Direction,
	type Headline,
	headlineOf,
	mailDirections,
	type Proof,
	type Proofs,
	verdictOf,
} from "../../shared/proof.ts";
import { SECOND } from "../../shared/time.ts";
import { say } from "../../shared/words/say.ts";
import type { Home, Presence, Registry } from "../facts.ts";

/** Homes that one proof names. */
const named = 3;

/** Milliseconds after our start in which a home that is not here may not have had its turn to come. */
const turn = 10 * SECOND;

/** Whether a home is here; its pulse is the proof that the way to it works. */
export function presenceProof(presence: Presence | undefined, now: number): Proofs {
	const proof = ((): Proof => {
		if (!presence) return { verdict: "not known", because: "it has not come yet" };
		const { here, lastPulse, since } = presence;
		if (here && lastPulse !== undefined) {
			const ago = ((now - lastPulse) / SECOND).toFixed(1);
			return { verdict: "yes", because: `pulse came ${ago} s ago` };
		}
		if (lastPulse === undefined && now - since < turn)
			return { verdict: "not known", because: "no pulse came yet" };
		return { verdict: "no", because: `away for ${spanOf(Math.round((now - since) / SECOND))}` };
	})();
	return { incoming: proof, outgoing: proof };
}

/** Whether mail of a home's domains is routed to it. */
export function routedProof({ domains }: Home, { deferred }: Pick<Registry, "deferred">): Proofs {
	if (domains.length === 0) return { incoming: { verdict: "no", because: "its file names no domain" } };
	const waiting = domains.filter((domain) => deferred.has(domain));
	if (waiting.length === 0) return {};
	const because = `mail of ${waiting.slice(0, named).join(", ")} waits until it is settled whose it is`;
	return { incoming: { verdict: "no", because } };
}

/**
 * What is known of all homes together; it is a no only when nobody's mail flows. Of ten thousand homes only the verdict is
 * made out, but for those that are named.
 */
export function homesProof(homes: Iterable<{ id: string; proofs: readonly Proofs[] }>): Proofs {
	const tallies = mailDirections.map((direction) => ({ direction, ...newTally() }));
	let all = 0;
	let only: Headline = {};
	for (const { id, proofs } of homes) {
		if (all === 0) only = headlineOf(proofs);
		all += 1;
		for (const tally of tallies) count(tally, id, proofs);
	}
	const fold = ({ direction, yes, others, anyOpen, some }: (typeof tallies)[number]): Proof => {
		if (all === 0) return { verdict: "not known", because: "there is no home yet" };
		if (all === 1) return ofOne(only, direction);
		if (others === 0) return { verdict: "yes", because: `all ${all} homes` };
		const more = others > named ? [say`and ${others - named} more`] : [];
		const verdict = yes > 0 ? "yes" : anyOpen ? "not known" : "no";
		return { verdict, because: [say`${yes} of ${all} homes`, ...some, ...more].join("; ") };
	};
	return Object.fromEntries(tallies.map((tally) => [tally.direction, fold(tally)]));
}

/** Of one direction: for how many homes mail flows, and what is to be said of the first of the others. */
interface Tally {
	yes: number;
	others: number;
	anyOpen: boolean;
	some: string[];
}

function newTally(): Tally {
	return { yes: 0, others: 0, anyOpen: false, some: [] };
}

function count(tally: Tally & { direction: Direction }, id: string, proofs: readonly Proofs[]): void {
	const is = verdictOf(proofs, tally.direction);
	if (is === "yes") {
		tally.yes += 1;
		return;
	}
	tally.others += 1;
	if (is !== "no") tally.anyOpen = true;
	if (tally.others > named) return;
	const { verdict, because } = ofOne(headlineOf(proofs), tally.direction);
	tally.some.push(verdict === "no" ? say`${id}: no, ${because}` : say`${id}: not known, ${because}`);
}

function ofOne(headline: Headline, direction: Direction): Proof {
	const { verdict, because } = headline[direction] ?? {
		verdict: "not known",
		because: [say`nobody has looked`],
	};
	return { verdict, because: because.join("; ") };
}
