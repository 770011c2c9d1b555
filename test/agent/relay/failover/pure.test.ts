import { expect, test } from "vitest";
import { next } from "../../../../agent/relay/failover/failover.ts";
import {
	type Action,
	type Event,
	type Looked,
	type Observation,
	type State,
	stateAtFirst,
} from "../../../../agent/relay/failover/state.ts";
import { random } from "../../../shared/random.ts";
import { four, moved, six } from "./driver.ts";

function frozen<Value>(value: Value): Value {
	if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
		Object.freeze(value);
		for (const inner of Object.values(value)) frozen(inner);
	}
	return value;
}

/** Something that may be seen, likely or not; `due`: what the actions before ask for. */
function anything(below: (end: number) => number, due: readonly Action[]): Observation {
	const one = <Value>(...values: Value[]): Value => values[below(values.length)]!;
	const yes = () => one(true, false);
	const known = () => one(true, false, undefined);
	const endpoint = () => one(four, six, moved);
	const looked: Looked = {
		...{ inUse: one(four, six, undefined), other: one(four, six, undefined) },
		...{ pathUp: known(), pathIsBack: yes(), otherPathUp: known() },
	};
	const ask = due.find((action) => action.do === "ask-handshake");
	const age = one(1_000, 60_000, 200_000, Number.POSITIVE_INFINITY);
	if (ask) return { kind: "handshake", age, step: ask.step, looked: ask.looked };
	const action = due.find((action) => action.do === "move" || action.do === "renew");
	if (action) return { kind: "carried-out", action };
	const families = new Set(one([4, 6] as const, [4] as const, [6] as const, []));
	return one<Observation>(
		{ kind: "answered" },
		{ kind: "silent", milliseconds: 2_500 + below(300_000), lineUp: yes() },
		{ kind: "line-changed" },
		{ kind: "sends-to", endpoint: endpoint() },
		...Array.from(
			{ length: 4 },
			(): Observation => ({
				...{ kind: "run", answered: yes(), families, other: one(four, six, undefined) },
				...{ pointsElsewhere: yes(), best: one(four, moved, undefined) },
			}),
		),
		...Array.from({ length: 6 }, (): Observation => ({ kind: "looked", looked })),
		{ kind: "looked-up", resolved: yes(), pointsElsewhere: yes() },
		{ kind: "looked-at-preferred", preferred: one(four, undefined), pathUp: yes() },
	);
}

test("a state is never changed, and the same state and event always lead to the same", () => {
	const { below } = random(7);
	const done = new Set<string>();
	let state: State = { ...stateAtFirst, endpoint: four };
	let due: readonly Action[] = [];
	let now = 1_000_000;
	for (let count = 0; count < 5_000; count++) {
		now += below(3_000);
		const event: Event = frozen({ now, ...anything(below, due) });
		const before = structuredClone(state);
		const outcome = next(frozen(state), event);
		expect(next(state, event)).toEqual(outcome);
		expect(next(before, structuredClone(event)), "whatever came before").toEqual(outcome);
		expect(state).toEqual(before);
		({ state, actions: due } = outcome);
		for (const action of due) done.add(action.do);
	}
	expect([...done].sort(), "everything was done at some time").toEqual([
		...["ask-handshake", "learn-paths", "look-at-paths", "look-at-preferred", "look-up"],
		...["move", "pulse", "renew", "run", "run-later"],
	]);
});
