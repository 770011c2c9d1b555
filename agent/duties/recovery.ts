/**
 * What to do for a tunnel that is silent:
 * - `renew`: remove and add the peer, which forces a handshake and throws the session away
 * - `other-family`: the same over the other outer family
 * - `look-up`: only resolve the relay's name anew, as the others do too; keeps the session
 */
export type Step = "renew" | "other-family" | "look-up";

/** What is known when a step may be due; times in milliseconds on a steady clock. */
export interface Silence {
	now: number;
	/** Since the last answer. */
	silentFor: number;
	/** There is a default route on an interface with a carrier. */
	lineUp: boolean;
	/** The relay can be reached outside the tunnel, in the family in use and in the other; undefined: not known. */
	pathUp: boolean | undefined;
	otherPathUp: boolean | undefined;
}

export interface Recovery {
	/** The step that is due now, or undefined: wait. Counts the step as taken. */
	next(silence: Silence): Step | undefined;
	/** Something about the line changed: begin anew, after the old session had a chance to show that it still works. */
	hope(now: number): void;
	/** The peer was renewed for another reason: the next step waits as after the first. */
	renewed(now: number): void;
	/** Milliseconds until the next step may be due. */
	dueIn(now: number): number;
	/** The tunnel answers. */
	over(): void;
}

/** Milliseconds between the first steps in a family: a handshake may be lost, or the relay just be booting. */
const soon = [800, 1_500, 2_000];

/** Milliseconds between those after them, in all families together. */
const patient = [5_000, 5_000, 5_000, 10_000, 20_000, 40_000, 60_000];

/** WireGuard's REJECT_AFTER_TIME: until then a session carries packets as soon as the path is back. */
export const sessionLife = 180_000;

/**
 * Milliseconds for a pulse and its answer over a line that just came back, perhaps with a handshake that was under way
 * at either end: the session that it makes must not be thrown away, nor be followed by another within 20 ms, which the
 * other end would not answer (WireGuard's INITIATIONS_PER_SECOND).
 */
export const chance = 400;

/** Milliseconds between two look-ups while the path is down. */
const lookUpEvery = 5_000;

/**
 * Steps in turn. While no path is up, the other family gets a short visit: who is there when the line comes back has to
 * move once more. When both paths are up, the relay most likely boots; but somebody may also block UDP in one of them.
 */
const pathNotUp: readonly Step[] = ["renew", "renew", "renew", "renew", "other-family", "other-family"];
const pathIsUp: readonly Step[] = ["renew"];
const bothPathsUp: readonly Step[] = ["other-family", "renew", "renew", "renew"];

/**
 * Decides about a silent tunnel. While the path itself is down, the session is kept as long as it can be good: on the
 * daily reconnect the first packet then goes through at once, where a new handshake may wait 5 s for its next try.
 */
export function createRecovery(): Recovery {
	let taken = 0;
	/** Steps in this family, and patient pauses, since there was hope. */
	let stayed = 0;
	let waits = 0;
	let notBefore = 0;
	let pathWasDown = false;
	let otherWasDown = false;

	function begin(at: number): void {
		taken = 0;
		stayed = 0;
		waits = 0;
		notBefore = at;
	}

	const hope = (now: number) => begin(now + chance);

	function pause(): number {
		stayed += 1;
		return soon[stayed - 1] ?? patient[Math.min(waits++, patient.length - 1)]!;
	}

	function step(now: number, wait: number, what: Step): Step {
		notBefore = now + wait;
		return what;
	}

	return {
		hope,
		renewed(now) {
			notBefore = Math.max(notBefore, now + soon[0]!);
		},
		dueIn: (now) => Math.max(0, notBefore - now),
		over() {
			begin(0);
			pathWasDown = false;
			otherWasDown = false;
		},
		next({ now, silentFor, lineUp, pathUp, otherPathUp }) {
			if (!lineUp) return undefined;
			if ((pathUp && pathWasDown) || (otherPathUp && otherWasDown)) hope(now);
			// No handshake is under way in a family that was not in use.
			if (!pathUp && otherPathUp && otherWasDown) notBefore = now;
			pathWasDown = pathUp === false;
			otherWasDown = otherPathUp === false;
			if (now < notBefore) return undefined;
			if (pathWasDown && otherPathUp) return step(now, lookUpEvery, "other-family");
			if (pathWasDown && taken === 0 && silentFor < sessionLife) return step(now, lookUpEvery, "look-up");
			const steps = pathUp ? (otherPathUp ? bothPathsUp : pathIsUp) : pathNotUp;
			const what = taken === 0 ? "renew" : steps[taken % steps.length]!;
			taken += 1;
			if (pathUp && what === "other-family") stayed = 0;
			return step(now, pause(), what);
		},
	};
}
