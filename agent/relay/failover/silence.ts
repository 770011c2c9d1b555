import {
	chance,
	chanceElsewhere,
	followAgain,
	looksThatCount,
	patient,
	seldom,
	seldomAtHome,
	sessionLife,
	shortVisit,
	soon,
	stepsAtHome,
	stepsOnVisit,
} from "./times.ts";

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
	readonly now: number;
	/** Since the last answer. */
	readonly silentFor: number;
	/** There is a default route on an interface with a carrier. */
	readonly lineUp: boolean;
	/** The relay can be reached outside the tunnel, in the family in use and in the other; undefined: not known. */
	readonly pathUp: boolean | undefined;
	readonly otherPathUp: boolean | undefined;
	/** The relay has an address in the other family, and this machine a way to it. */
	readonly hasOther: boolean;
	/** The relay made a session with us since the peer was renewed in this silence. */
	readonly shakesHands: boolean;
}

/** How far the steps have got. */
export interface Steps {
	/** Steps in this family, patient pauses, and steps without a path, since there was hope. */
	readonly stayed: number;
	readonly waits: number;
	readonly pathless: number;
	/** No step, and no path followed, before these times. */
	readonly notBefore: number;
	readonly followNotBefore: number;
	/** Not in the family in which the tunnel last worked. */
	readonly visiting: boolean;
	/** Looks in a row that found no path. */
	readonly looksDown: number;
	/** The relay shook hands, and the other family had no path, when that was last known. */
	readonly shook: boolean;
	readonly otherWasDown: boolean;
}

export const stepsAtFirst: Steps = {
	stayed: 0,
	waits: 0,
	pathless: 0,
	notBefore: 0,
	followNotBefore: 0,
	visiting: false,
	looksDown: 0,
	shook: false,
	otherWasDown: false,
};

/**
 * Steps while no path is up and no session can be good any more: WireGuard itself tries every 5 s, so they are for a
 * relay that can no longer be reached outside the tunnel.
 */
const withoutPath: readonly Step[] = [
	...Array.from({ length: seldomAtHome }, (): Step => "renew"),
	...(["other-family", "other-family"] as const),
];

/** Begins anew at this time: there is hope. */
function begun(steps: Steps, at: number): Steps {
	return { ...steps, stayed: 0, waits: 0, pathless: 0, notBefore: at };
}

/** The line or the relay's address changed: begins anew at this time, and what is in use then is at home. */
export function begunAtHome(steps: Steps, at: number): Steps {
	return { ...begun(steps, at), visiting: false };
}

/** Milliseconds until the next step may be due. */
export function dueIn(steps: Steps, now: number): number {
	return Math.max(0, steps.notBefore - now);
}

/**
 * The step that is due now, or undefined: wait. It counts as taken in what comes back. While the path itself is down,
 * the session is kept as long as it can be good: on the daily reconnect the first packet then goes through at once,
 * where a new handshake may wait 5 s for its next try. While there is a path, handshakes are forced; if there is one in
 * both families and nothing helps, in turns: somebody may block UDP in one of them. A relay that shakes hands is
 * reached: it is not looked for elsewhere.
 */
export function stepDue(steps: Steps, silence: Silence): { steps: Steps; step: Step | undefined } {
	if (!silence.lineUp) return { steps, step: undefined };
	const seen = see(steps, silence);
	if (isToFollow(steps, silence)) return { steps: followed(seen, silence), step: "follow-path" };
	return silence.pathUp === false ? stepWithoutPath(seen, silence) : stepWithPath(seen, silence);
}

/** Notes what was seen of the paths. */
function see(before: Steps, { now, pathUp, otherPathUp, shakesHands }: Silence): Steps {
	const steps = before.shook && !shakesHands ? begun(before, now) : before;
	const noted = {
		shook: shakesHands,
		looksDown: pathUp ? 0 : steps.looksDown + 1,
		otherWasDown: otherPathUp === undefined ? steps.otherWasDown : !otherPathUp,
	};
	if (pathUp && steps.looksDown >= looksThatCount) return { ...begun(steps, now + chance), ...noted };
	const isBack = pathUp && steps.looksDown > 0;
	const notBefore = isBack ? Math.max(steps.notBefore, now + chance) : steps.notBefore;
	return { ...steps, ...noted, notBefore };
}

function isToFollow(before: Steps, { now, pathUp, otherPathUp }: Silence): boolean {
	if (!otherPathUp) return false;
	const homeIsBack = before.visiting && before.otherWasDown;
	return homeIsBack || (pathUp === false && now >= before.followNotBefore);
}

function followed(steps: Steps, { now, pathUp }: Silence): Steps {
	return {
		...begun(steps, now + chanceElsewhere),
		followNotBefore: now + followAgain,
		visiting: !steps.visiting,
		looksDown: 0,
		shook: false,
		otherWasDown: pathUp === false,
	};
}

function stepWithoutPath(seen: Steps, { now, silentFor, hasOther }: Silence) {
	if (silentFor < sessionLife || seen.looksDown < looksThatCount || now < seen.notBefore)
		return { steps: seen, step: undefined };
	const steps = { ...seen, pathless: seen.pathless + 1, notBefore: now + seldom };
	const step = withoutPath[seen.pathless % withoutPath.length]!;
	if (step !== "other-family" || !hasOther) return { steps, step: "renew" as const };
	const visiting = !seen.visiting;
	return { steps: { ...steps, visiting, notBefore: now + (visiting ? shortVisit : seldom) }, step };
}

function stepWithPath(seen: Steps, { now, pathUp, otherPathUp, hasOther, shakesHands }: Silence) {
	if (now < seen.notBefore) return { steps: seen, step: undefined };
	// Where neither can ever be reached outside the tunnel, one is as good as the other.
	const other = otherPathUp ?? (hasOther && pathUp === undefined);
	const leaves = other && !shakesHands && seen.stayed >= (seen.visiting ? stepsOnVisit : stepsAtHome);
	const visiting = leaves ? !seen.visiting : seen.visiting;
	const stayed = leaves ? 1 : seen.stayed + 1;
	const early = soon[stayed - 1];
	const waits = early === undefined ? seen.waits + 1 : seen.waits;
	const pause = early ?? patient[Math.min(seen.waits, patient.length - 1)]!;
	const steps = { ...seen, visiting, stayed, waits, notBefore: now + pause };
	if (leaves) return { steps, step: "other-family" as const };
	const stuck = !visiting && !shakesHands && stayed % stepsAtHome === 2;
	return { steps, step: stuck ? ("new-port" as const) : ("renew" as const) };
}
