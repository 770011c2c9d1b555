import type { Pulse } from "../../shared/protocol/pulse.ts";

/** What the relay remembers of one home's pulses, so that none counts twice. */
export interface Session {
	/** Of the agent that is heard; undefined until one has proven itself since our start. */
	run: number | undefined;
	/** The greatest counter of that run. */
	top: number;
	/** Bit n: the counter `top - n` has come, or came too early to count; 32 bits in each, the later ones first. */
	seen: { late: number; early: number };
	/** Runs that another one has followed, while the generation was this one. */
	superseded: { generation: number; runs: Set<number> };
}

/**
 * What a genuine pulse is good for:
 * - `counts`: the home is there, and lives at the pulse's source
 * - `answer`: a run that is not known, and might be a recording; its answer tells it the generation to prove itself by
 * - `replay`: heard before, or of a run that another one has followed; nothing
 */
export type Verdict = "counts" | "answer" | "replay";

/** Counters that may come out of order. */
const window = 64;

/** All 32 bits, as the operators on bits have it. */
const all = -1;

/** Superseded runs that are remembered. */
const mostRuns = 64;

export function newSession(): Session {
	return {
		run: undefined,
		top: 0,
		seen: { late: 0, early: 0 },
		superseded: { generation: 0, runs: new Set() },
	};
}

/**
 * Judges a pulse whose MAC is right, and remembers it. Whoever held our port while we were down has genuine pulses that
 * we never saw: they are of a run that we do not know, and echo an older generation, or lie before the one by which
 * their run proved itself.
 *
 * @param generation the present one of this home
 */
export function judge(session: Session, pulse: Pulse, generation: number): Verdict {
	if (pulse.run === session.run) return within(session, pulse.counter) ? "counts" : "replay";
	// What superseded runs sent under another generation echoes that one, and counts no more anyway.
	if (session.superseded.generation !== generation) session.superseded = { generation, runs: new Set() };
	const { runs } = session.superseded;
	if (runs.has(pulse.run)) return "replay";
	if (pulse.generation !== generation) return "answer";
	if (session.run !== undefined) runs.add(session.run);
	session.run = pulse.run;
	session.top = pulse.counter;
	session.seen.late = all;
	session.seen.early = all;
	return "counts";
}

/** True when no more superseded runs can be remembered: a new generation makes them worthless. */
export function isCrowded({ superseded }: Session): boolean {
	return superseded.runs.size >= mostRuns;
}

/** In plain numbers that change in place: what is made anew for each pulse and kept until the next costs the collector much. */
function within(session: Session, counter: number): boolean {
	const { seen } = session;
	if (counter > session.top) {
		move(seen, counter - session.top);
		seen.late |= 1;
		session.top = counter;
		return true;
	}
	const behind = session.top - counter;
	if (behind >= window) return false;
	const half = behind < 32 ? "late" : "early";
	const bit = 1 << (behind % 32);
	if (seen[half] & bit) return false;
	seen[half] |= bit;
	return true;
}

/** Makes room for so many later counters. */
function move(seen: Session["seen"], ahead: number): void {
	const { late, early } = seen;
	if (ahead < 32) {
		seen.late = late << ahead;
		seen.early = (early << ahead) | (ahead === 0 ? 0 : late >>> (32 - ahead));
	} else {
		seen.late = 0;
		seen.early = ahead < window ? late << (ahead - 32) : 0;
	}
}
