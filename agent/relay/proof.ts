import { spanOf } from "../../shared/health.ts";
import { someOf } from "../../shared/postfix/verdict.ts";
import { momentText, type Proof, type Proofs } from "../../shared/proof.ts";
import { proofsBy, type SentProof } from "../../shared/protocol/proof.ts";
import { SECOND } from "../../shared/time.ts";
import { say } from "../../shared/words/say.ts";

/** What was seen of the relay; times in milliseconds. */
export interface SeenOfRelay {
	/** Pulses are answered. */
	up: boolean;
	/** WireGuard reaches the relay, although pulses are not answered. */
	mute: boolean;
	/** They count as lost: longer than a few of them. */
	silent: boolean;
	/** Since the last answered pulse; undefined when none was since our start. */
	sinceAnswer: number | undefined;
	/** Since our start. */
	sinceStart: number;
	/** What the last check-in that was answered said, and when. */
	said:
		| { at: Date; domains: readonly string[]; missing: readonly string[]; proofs: readonly SentProof[] }
		| undefined;
	/** A check-in has failed since. */
	checkinFails: boolean;
}

/** Domains that one proof names. */
const named = 5;

/** What this says of mail: that pulses are answered, that the relay routes our domains to us, and what it has seen. */
export function relayProofs(seen: SeenOfRelay): Proofs {
	const { up, said, checkinFails } = seen;
	const [incoming, outgoing] = pulseProofs(seen);
	if (!up) return { incoming, outgoing };
	const theirs = said && !checkinFails ? proofsBy("relay", said.proofs) : {};
	return {
		...theirs,
		incoming: [incoming, routesProof(seen), ...[theirs.incoming ?? []].flat()],
		outgoing: [outgoing, ...[theirs.outgoing ?? []].flat()],
	};
}

function pulseProofs({ up, mute, silent, sinceAnswer, sinceStart }: SeenOfRelay): [Proof, Proof] {
	const both = (verdict: Proof["verdict"], because: string): [Proof, Proof] => [
		{ verdict, because },
		{ verdict, because },
	];
	if (up && sinceAnswer !== undefined)
		return both("yes", say`pulse answered ${(sinceAnswer / SECOND).toFixed(1)} s ago`);
	const since =
		sinceAnswer === undefined
			? say`no pulse was answered since heimweg started ${span(sinceStart)} ago`
			: say`no pulse was answered for ${span(sinceAnswer)}`;
	if (!silent) return both("not known", since);
	if (!mute) return both("no", since);
	// Postfix there may go on to bring mail; what we send it refuses while nobody tells it whether it may.
	return [
		{ verdict: "not known", because: `${since}, though WireGuard reaches the relay` },
		{ verdict: "no", because: since },
	];
}

function routesProof({ said, checkinFails }: SeenOfRelay): Proof {
	if (!said) return { verdict: "not known", because: "no check-in was answered yet" };
	const { domains, missing, at } = said;
	if (checkinFails) {
		const then = domains.length > 0 ? `it routed ${some(domains)} here` : "it routed nothing here";
		return {
			verdict: "not known",
			because: `the last answered check-in was at ${momentText(at)}, and ${then}`,
		};
	}
	if (domains.length === 0) return { verdict: "no", because: "the relay routes no domain here" };
	if (missing.length > 0) return { verdict: "no", because: `the relay does not route ${some(missing)} here` };
	return { verdict: "yes", because: `the relay routes ${some(domains)} here` };
}

function some(list: readonly string[]): string {
	return someOf(list, named);
}

function span(milliseconds: number): string {
	return spanOf(Math.round(milliseconds / SECOND));
}
