/**
 * What to do for a tunnel that is silent:
 * - `renew`: remove and add the peer, which forces a handshake and throws the session away
 * - `new-port`: the same from another UDP port of ours, past a router that keeps a dead translation for the old one
 * - `other-family`: the same over the other outer family
 * - `follow-path`: to the other family because only there is a path, with the session if there is a good one
 */
export type Step = "renew" | "new-port" | "other-family" | "follow-path";

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
	/** The relay has an address in the other family, and this machine a way to it. */
	hasOther: boolean;
	/** The relay made a session with us since the peer was renewed in this silence. */
	shakesHands: boolean;
}

export interface Recovery {
	/** The step that is due now, or undefined: wait. Counts the step as taken. */
	next(silence: Silence): Step | undefined;
	/** Something about the line changed: begin anew, after the old session had a chance to show that it still works. */
	hope(now: number): void;
	/** The peer was renewed at another address of the relay's: begin anew there, after the first step. */
	renewed(now: number): void;
	/** Milliseconds until the next step may be due. */
	dueIn(now: number): number;
	/** The tunnel answers. */
	over(): void;
}

/** Milliseconds between the first steps in a family: a handshake may be lost, or the relay just be booting. */
const soon = [800, 1_500, 2_000];

/**
 * Milliseconds between the steps after them, which only the family that was in use has. No multiples of 5 s: WireGuard
 * itself tries again then, and an initiation right after another is not answered.
 */
const patient = [2_000, 4_500, 9_500];

/** Steps in the family that was in use, and on a visit to the other, before it is the other's turn. */
const atHome = soon.length + 1;
const onVisit = soon.length;

/** WireGuard's REJECT_AFTER_TIME: until then a session carries packets as soon as the path is back. */
export const sessionLife = 180_000;

/**
 * Milliseconds for a pulse and its answer over a line that just came back, perhaps with a handshake that was under way
 * at either end: the session that it makes must not be thrown away, nor be followed by another within 20 ms, which the
 * other end would not answer (WireGuard's INITIATIONS_PER_SECOND).
 */
export const chance = 400;

/** Milliseconds that a session has in another family, and until a path may be followed away from there again. */
const chanceElsewhere = 2_500;
const followAgain = 5_000;

/** Looks in a row that found no path, after which its return is a new beginning: one may have failed by chance. */
const looksThatCount = 2;

/**
 * Steps while no path is up and no session can be good any more, and milliseconds between them: WireGuard itself tries
 * every 5 s, so they are for a relay that can no longer be reached outside the tunnel. Who stands in the other family
 * when the line comes back has to move once more, so that visit is short.
 */
const withoutPath: readonly Step[] = ["renew", "renew", "renew", "other-family", "other-family"];
const seldom = 58_000;
const shortVisit = 4_500;

/**
 * Decides about a silent tunnel. While the path itself is down, the session is kept as long as it can be good: on the
 * daily reconnect the first packet then goes through at once, where a new handshake may wait 5 s for its next try.
 * While there is a path, handshakes are forced; if there is one in both families and nothing helps, in turns: somebody
 * may block UDP in one of them. A relay that shakes hands is reached: it is not looked for elsewhere.
 */
export function createRecovery(): Recovery {
	/** Steps in this family, patient pauses, and steps without a path, since there was hope. */
	let stayed = 0;
	let waits = 0;
	let pathless = 0;
	let notBefore = 0;
	let followNotBefore = 0;
	/** Not in the family in which the tunnel last worked. */
	let visiting = false;
	let looksDown = 0;
	let shook = false;
	let otherWasDown = false;

	function begin(at: number): void {
		stayed = 0;
		waits = 0;
		pathless = 0;
		notBefore = at;
	}

	function take(now: number, pause: number, what: Step): Step {
		notBefore = now + pause;
		return what;
	}

	/** Notes what was seen of the paths; true when the other one is to be followed. */
	function see({ now, pathUp, otherPathUp, shakesHands }: Silence): boolean {
		if (shook && !shakesHands) begin(now);
		shook = shakesHands;
		const homeIsBack = visiting && otherPathUp === true && otherWasDown;
		if (pathUp && looksDown >= looksThatCount) begin(now + chance);
		else if (pathUp && looksDown > 0) notBefore = Math.max(notBefore, now + chance);
		looksDown = pathUp ? 0 : looksDown + 1;
		if (otherPathUp !== undefined) otherWasDown = !otherPathUp;
		return homeIsBack || (pathUp === false && otherPathUp === true && now >= followNotBefore);
	}

	function follow({ now, pathUp }: Silence): Step {
		begin(now + chanceElsewhere);
		followNotBefore = now + followAgain;
		visiting = !visiting;
		looksDown = 0;
		shook = false;
		otherWasDown = pathUp === false;
		return "follow-path";
	}

	function stepWithoutPath({ now, silentFor, hasOther }: Silence): Step | undefined {
		if (silentFor < sessionLife || looksDown < looksThatCount || now < notBefore) return undefined;
		const what = withoutPath[pathless++ % withoutPath.length]!;
		if (what !== "other-family" || !hasOther) return take(now, seldom, "renew");
		visiting = !visiting;
		return take(now, visiting ? shortVisit : seldom, what);
	}

	function stepWithPath({ now, pathUp, otherPathUp, hasOther, shakesHands }: Silence): Step | undefined {
		if (now < notBefore) return undefined;
		// Where neither can ever be reached outside the tunnel, one is as good as the other.
		const other = otherPathUp ?? (hasOther && pathUp === undefined);
		const leaves = other && !shakesHands && stayed >= (visiting ? onVisit : atHome);
		if (leaves) {
			visiting = !visiting;
			stayed = 0;
		}
		stayed += 1;
		const pause = soon[stayed - 1] ?? patient[Math.min(waits++, patient.length - 1)]!;
		if (leaves) return take(now, pause, "other-family");
		const stuck = !visiting && !shakesHands && stayed % atHome === 2;
		return take(now, pause, stuck ? "new-port" : "renew");
	}

	return {
		hope(now) {
			visiting = false;
			begin(now + chance);
		},
		renewed(now) {
			visiting = false;
			begin(now + soon[0]!);
		},
		dueIn: (now) => Math.max(0, notBefore - now),
		over() {
			begin(0);
			followNotBefore = 0;
			visiting = false;
			looksDown = 0;
			shook = false;
			otherWasDown = false;
		},
		next(silence) {
			if (!silence.lineUp) return undefined;
			if (see(silence)) return follow(silence);
			return silence.pathUp === false ? stepWithoutPath(silence) : stepWithPath(silence);
		},
	};
}
