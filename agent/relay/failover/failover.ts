import { type Endpoint, familyOf } from "../../../shared/address.ts";
import {
	distrusted,
	failed,
	isLookDue,
	lookSoon,
	pauseAfter,
	trialAnswered,
	tried,
	withLook,
} from "./failback.ts";
import { begunAtHome, dueIn, type Step, stepDue, stepsAtFirst } from "./silence.ts";
import type { Action, Event, EventOf, Looked, State } from "./state.ts";
import { chance, lookUpEvery, newFor, pokesComeEvery, sessionLife, soon, timerSlack } from "./times.ts";

/** What follows from an event. */
export interface Outcome {
	readonly state: State;
	/** In the order in which they are to be carried out. */
	readonly actions: readonly Action[];
}

/**
 * Decides what becomes of a tunnel to the relay that is silent, or that fell back to the other outer family. It is
 * pure: who calls it keeps the state, observes, and carries the actions out one after the other. What is seen when the
 * tunnel was answered meanwhile is no reason to act.
 */
export function next(state: State, event: Event): Outcome {
	switch (event.kind) {
		case "answered":
			return answered(state);
		case "silent":
			return silent(state, event);
		case "line-changed":
			return lineChanged(state, event);
		case "sends-to":
			return nothing({ ...state, endpoint: event.endpoint });
		case "run":
			if (state.silentFor > 0) return revive(state, event);
			return state.failback.trial ? seeTrial(state, event) : tend(state, event);
		case "looked":
			return looked(state, event);
		case "handshake":
			return handshake(state, event);
		case "looked-up":
			return lookedUp(state, event);
		case "looked-at-preferred":
			return lookedAtPreferred(state, event);
		case "carried-out":
			return carriedOut(state, event);
	}
}

const nothing = (state: State): Outcome => ({ state, actions: [] });

function answered(before: State): Outcome {
	const state = { ...withoutHandshakes(before), silentFor: 0, nameMovedAt: undefined };
	const actions: Action[] = state.failback.trial ? [{ do: "run", because: "answered" }] : [];
	if (state.up) return { state, actions };
	return { state: { ...state, up: true, steps: stepsAtFirst }, actions: [...actions, { do: "learn-paths" }] };
}

function silent(before: State, { milliseconds, lineUp }: EventOf<"silent">): Outcome {
	const state = { ...before, up: false, silentFor: milliseconds };
	// Without a line there is nothing to revive; its return is a change of the line.
	return { state, actions: lineUp ? [{ do: "run", because: "silent" }] : [] };
}

function lineChanged(before: State, { now }: EventOf<"line-changed">): Outcome {
	const state = {
		...withoutHandshakes(before),
		// The old session has a chance to show that it still works.
		steps: begunAtHome(before.steps, now + chance),
		failback: lookSoon(before.failback),
	};
	return { state, actions: [{ do: "run", because: "line-changed" }] };
}

/** Begins to revive a silent tunnel. */
function revive(before: State, event: EventOf<"run">): Outcome {
	const { now, families, other, pointsElsewhere, best } = event;
	const state = { ...before, failback: failed(before.failback) };
	const back = before.failback.trial?.from;
	if (back && families.has(familyOf(back.address)))
		return moved(state, back, { for: "failback", why: "it does not answer there" });
	const nameIsDue = state.nameMovedAt !== undefined && now - state.nameMovedAt >= chance;
	if (nameIsDue && pointsElsewhere && best) return followName(state, best, now);
	const lineUp = families.has(familyOf(state.endpoint!.address)) || other !== undefined;
	return look(nameIsDue ? { ...state, nameMovedAt: undefined } : state, now, lineUp, other);
}

/** Goes where the name points to now; that is then at home, and the renewal is the first step there. */
function followName(before: State, to: Endpoint, now: number): Outcome {
	const steps = begunAtHome(before.steps, now + soon[0]!);
	const state = { ...before, endpoint: to, nameMovedAt: undefined, steps };
	const renew = { do: "renew", from: before.endpoint!, to, for: "name-moved", newPort: false } as const;
	return { state, actions: [renew, { do: "pulse" }] };
}

/** Has the paths looked at, and now and then the name. */
function look(before: State, now: number, lineUp: boolean, other: Endpoint | undefined): Outcome {
	const lookUp = before.lookedUpAt === undefined || now - before.lookedUpAt >= lookUpEvery;
	const state = lookUp ? { ...before, lookedUpAt: now } : before;
	const inUse = lineUp ? state.endpoint : undefined;
	return {
		state,
		actions: [...(lookUp ? [{ do: "look-up" } as const] : []), { do: "look-at-paths", inUse, other }],
	};
}

/** A step that is due is taken when the age of the session is known. */
function looked(before: State, { now, looked }: EventOf<"looked">): Outcome {
	const state = looked.pathIsBack ? withoutHandshakes(before) : before;
	if (state.silentFor === 0) return nothing(state);
	if (state.renewed && dueIn(state.steps, now) === 0)
		return { state, actions: [{ do: "ask-handshake", step: undefined, looked }] };
	const { steps, step } = due(state, looked, now);
	if (!step) return waiting({ ...state, steps }, now, looked.pathIsBack);
	return { state: { ...state, steps }, actions: [{ do: "ask-handshake", step, looked }] };
}

function handshake(before: State, { now, age, step: known, looked }: EventOf<"handshake">): Outcome {
	if (before.silentFor === 0) return nothing(before);
	if (known) return take(before, known, age, looked, now);
	const state = { ...before, shakesHands: age < Number.POSITIVE_INFINITY };
	const { steps, step } = due(state, looked, now);
	if (!step) return waiting({ ...state, steps }, now, looked.pathIsBack);
	return take({ ...state, steps }, step, age, looked, now);
}

function due({ steps, silentFor, shakesHands }: State, looked: Looked, now: number) {
	const { pathUp, otherPathUp } = looked;
	return stepDue(steps, {
		...{ now, silentFor, shakesHands, pathUp, otherPathUp },
		lineUp: looked.inUse !== undefined,
		hasOther: looked.other !== undefined,
	});
}

/** @param age milliseconds since the session's handshake */
function take(state: State, step: Step, age: number, { other, pathUp }: Looked, now: number): Outcome {
	const inUse = state.endpoint!;
	if (step === "follow-path" && other) {
		const [from, to] = [familyOf(inUse.address), familyOf(other.address)];
		const why = pathUp ? `IPv${to} reaches the relay again` : `IPv${from} does not reach the relay`;
		return age < sessionLife ? moved(state, other, { for: step, why }) : renewed(state, other, step);
	}
	if (age < newFor) return waiting(state, now, true);
	if (step === "other-family" && other) {
		const failback = pathUp ? distrusted(state.failback, now) : state.failback;
		return renewed({ ...state, failback }, other, step);
	}
	return renewed(state, inUse, step);
}

/** Nothing is done for now. */
function waiting(state: State, now: number, pulse: boolean): Outcome {
	const later = nextStep(state, now);
	return { state, actions: pulse ? [{ do: "pulse" }, later] : [later] };
}

function nextStep({ steps }: State, now: number): Action {
	const wait = dueIn(steps, now);
	return { do: "run-later", timer: "step", after: wait > 0 && wait < pokesComeEvery ? wait : undefined };
}

function renewed(before: State, to: Endpoint, step: Step): Outcome {
	const from = before.endpoint!;
	const family = familyOf(to.address);
	const settled = family === familyOf(from.address) ? before.settled : family;
	const state = { ...before, endpoint: to, settled };
	const renew = { do: "renew", from, to, for: step, newPort: step === "new-port" } as const;
	return { state, actions: [renew, { do: "pulse" }] };
}

function moved(before: State, to: Endpoint, what: { for: "failback" | "follow-path"; why: string }): Outcome {
	const state = { ...before, endpoint: to, settled: familyOf(to.address) };
	return { state, actions: [{ do: "move", from: before.endpoint!, to, ...what }, { do: "pulse" }] };
}

function carriedOut(before: State, { now, action }: EventOf<"carried-out">): Outcome {
	const state = action.do === "renew" ? { ...before, renewed: true } : withoutHandshakes(before);
	const isStep = action.for !== "failback" && action.for !== "name-moved";
	return { state, actions: isStep ? [nextStep(state, now)] : [] };
}

function withoutHandshakes(state: State): State {
	return { ...state, renewed: false, shakesHands: false };
}

function lookedUp(before: State, event: EventOf<"looked-up">): Outcome {
	if (!event.resolved || before.silentFor === 0 || !event.pointsElsewhere) return nothing(before);
	const state = { ...before, nameMovedAt: before.nameMovedAt ?? event.now };
	// The session has a chance first, now that there is a way to a name server.
	return { state, actions: [{ do: "run-later", timer: "name", after: chance + timerSlack }] };
}

/** While the tunnel answers: what cannot be reached outside it now tells nothing later, and IPv4 is preferred. */
function tend(before: State, { now, families }: EventOf<"run">): Outcome {
	if (!before.up) return nothing(before);
	const learn = { do: "learn-paths" } as const;
	const fellBack = familyOf(before.endpoint!.address) !== 4 && families.has(4);
	if (!fellBack || !isLookDue(before.failback, now)) return { state: before, actions: [learn] };
	const state = { ...before, failback: withLook(before.failback, now) };
	return { state, actions: [learn, { do: "look-at-preferred" }] };
}

function lookedAtPreferred(before: State, event: EventOf<"looked-at-preferred">): Outcome {
	const { preferred, pathUp } = event;
	if (!preferred || !pathUp || !before.up)
		return {
			state: before,
			actions: [{ do: "run-later", timer: "failback", after: pauseAfter(before.failback) }],
		};
	const state = { ...before, failback: tried(before.failback, before.endpoint!) };
	return moved(state, preferred, { for: "failback", why: "IPv4 works again" });
}

/** What the relay sent before it saw us move takes WireGuard back to where that came from. */
function seeTrial(before: State, event: EventOf<"run">): Outcome {
	if (!event.answered) return nothing(before);
	const preferred = familyOf(before.endpoint!.address) === 4 ? undefined : event.other;
	const { failback, moveAgain } = trialAnswered(before.failback, preferred === undefined);
	const state = { ...before, failback };
	if (!moveAgain || !preferred) return nothing(state);
	const move = {
		do: "move",
		from: before.endpoint!,
		to: preferred,
		for: "failback",
		why: undefined,
	} as const;
	return { state: { ...state, endpoint: preferred }, actions: [move, { do: "pulse" }] };
}
