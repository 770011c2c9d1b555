import { next } from "../../../../agent/relay/failover/failover.ts";
import type { Step } from "../../../../agent/relay/failover/silence.ts";
import {
	type Action,
	type Change,
	type Looked,
	type Observation,
	type State,
	type Surroundings,
	stateAtFirst,
} from "../../../../agent/relay/failover/state.ts";
import { type Endpoint, familyOf, parseEndpoint } from "../../../../shared/address.ts";

export const four = parseEndpoint("198.51.100.1:51820");
export const moved = parseEndpoint("198.51.100.2:51820");
export const six = parseEndpoint("[2001:db8::1]:51820");

/** What is so when a silent tunnel looks at its paths. */
export interface Known extends Pick<Looked, "pathUp" | "pathIsBack" | "otherPathUp"> {
	lineUp: boolean;
	/** The relay has an address in the other family, and this machine a way to it. */
	hasOther: boolean;
	/** Of the latest handshake since the peer was added, in milliseconds. */
	handshakeAge: number;
}

const isChange = (action: Action): action is Change => action.do === "move" || action.do === "renew";

/** A failover's state, and what is told to it; all is carried out at once. */
export function driver(endpoint: Endpoint = four) {
	let state: State = { ...stateAtFirst, endpoint };

	function tell(now: number, seen: Observation): readonly Action[] {
		const outcome = next(state, { now, ...seen });
		state = outcome.state;
		for (const action of outcome.actions.filter(isChange)) tell(now, { kind: "carried-out", action });
		return outcome.actions;
	}

	const other = () => (familyOf(state.endpoint!.address) === 4 ? six : four);

	/** The tunnel is looked after. */
	function run(now: number, changes: Partial<Surroundings> = {}): readonly Action[] {
		const families = new Set([4, 6] as const);
		const around = { answered: false, families, other: other(), pointsElsewhere: false, best: four };
		return tell(now, { kind: "run", ...around, ...changes });
	}

	/** The paths of a tunnel that has been silent for so long are looked at; what it then does. */
	function look(now: number, silentFor: number, known: Partial<Known> = {}): readonly Action[] {
		const { lineUp = true, hasOther = false, handshakeAge = Number.POSITIVE_INFINITY, ...seen } = known;
		tell(now, { kind: "silent", milliseconds: silentFor, lineUp });
		const looked: Looked = {
			inUse: lineUp ? state.endpoint : undefined,
			other: hasOther || seen.otherPathUp ? other() : undefined,
			...{ pathUp: true, pathIsBack: false, otherPathUp: undefined, ...seen },
		};
		const actions = tell(now, { kind: "looked", looked });
		const [ask] = actions;
		if (ask?.do !== "ask-handshake") return actions;
		return tell(now, { kind: "handshake", age: handshakeAge, step: ask.step, looked: ask.looked });
	}

	return {
		state: () => state,
		tell,
		run,
		look,
		/** The step that such a look leads to. */
		step(now: number, silentFor: number, known?: Partial<Known>): Step | undefined {
			const change = look(now, silentFor, known).find(isChange);
			if (change?.for === "failback" || change?.for === "name-moved") throw new Error(change.for);
			return change?.for;
		},
	};
}

/** The move or the renewal among these actions. */
export const changeOf = (actions: readonly Action[]): Change | undefined => actions.find(isChange);

/** Milliseconds after which a timer of this name asks for a run; undefined: never. */
export function laterOf(actions: readonly Action[], timer: string): number | undefined {
	for (const action of actions) if (action.do === "run-later" && action.timer === timer) return action.after;
	return undefined;
}
