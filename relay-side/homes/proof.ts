import { spanOf } from "../../shared/health.ts";
import {
	type Direction,
	type Headline,
	mailDirections,
	type Proof,
	type Proofs,
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

/** What is known of all homes together; it is a no only when nobody's mail flows. */
export function homesProof(homes: ReadonlyArray<{ id: string; headline: Headline }>): Proofs {
	const fold = (direction: Direction): Proof => {
		if (homes.length === 0) return { verdict: "not known", because: "there is no home yet" };
		if (homes.length === 1) return ofOne(homes[0]!, direction);
		const yes = homes.filter(({ headline }) => headline[direction]?.verdict === "yes");
		const others = homes.filter(({ headline }) => headline[direction]?.verdict !== "yes");
		if (others.length === 0) return { verdict: "yes", because: `all ${homes.length} homes` };
		const some = others.slice(0, named).map((home) => {
			const { verdict, because } = ofOne(home, direction);
			return verdict === "no" ? say`${home.id}: no, ${because}` : say`${home.id}: not known, ${because}`;
		});
		const more = others.length > named ? [say`and ${others.length - named} more`] : [];
		const anyOpen = others.some(({ headline }) => headline[direction]?.verdict !== "no");
		const verdict = yes.length > 0 ? "yes" : anyOpen ? "not known" : "no";
		return { verdict, because: [say`${yes.length} of ${homes.length} homes`, ...some, ...more].join("; ") };
	};
	return Object.fromEntries(mailDirections.map((direction) => [direction, fold(direction)]));
}

function ofOne({ headline }: { headline: Headline }, direction: Direction): Proof {
	const { verdict, because } = headline[direction] ?? {
		verdict: "not known",
		because: [say`nobody has looked`],
	};
	return { verdict, because: because.join("; ") };
}
