import { expect, test } from "vitest";
import {
	patient,
	seldom,
	seldomAtHome,
	sessionLife,
	shortVisit,
	soon,
} from "../../../../agent/relay/failover/times.ts";
import { MINUTE } from "../../../../shared/time.ts";
import { driver, four } from "./driver.ts";

const sum = (waits: readonly number[]) => waits.reduce((all, one) => all + one, 0);
const began = 1_000_000;
const never = Number.POSITIVE_INFINITY;

/** Whether the relay can be reached outside the tunnel, in IPv4 and IPv6; undefined: it never could be. */
type Paths = [four: boolean | undefined, six: boolean | undefined];

interface Row {
	when: string;
	paths: Paths;
	/** There is no IPv6 at all. */
	alone?: true;
	shakesHands?: true;
	/** Milliseconds of silence after which IPv6 is tried, and after which IPv4 is again. */
	toSix: number;
	back: number;
}

const turn = sum(soon) + patient[0]!;
const seldomTurn = sessionLife + seldomAtHome * seldom;

const table: Row[] = [
	{ when: "only IPv6 has a path", paths: [false, true], toSix: 0, back: never },
	{ when: "both have a path", paths: [true, true], toSix: turn, back: turn + sum(soon) },
	{
		when: "neither can ever be looked at",
		paths: [undefined, undefined],
		toSix: turn,
		back: turn + sum(soon),
	},
	{ when: "neither has a path", paths: [false, false], toSix: seldomTurn, back: seldomTurn + shortVisit },
	{ when: "the relay shakes hands", paths: [true, true], shakesHands: true, toSix: never, back: never },
	{ when: "IPv6 has no path", paths: [true, false], toSix: never, back: never },
	{ when: "there is no IPv6", paths: [true, undefined], alone: true, toSix: never, back: never },
];

/** Milliseconds between two looks, and until the last. */
const every = 100;
const atMost = 10 * MINUTE;

test.each(table)("when $when, the constants say how long until the other family is tried", (row) => {
	const failover = driver();
	const turns: number[] = [];
	for (let time = 0; time <= atMost && turns.length < 2; time += every) {
		const [pathUp, otherPathUp] = failover.state().endpoint === four ? row.paths : row.paths.toReversed();
		const handshakeAge = row.shakesHands ? MINUTE : never;
		const known = { pathUp, otherPathUp, hasOther: !row.alone, handshakeAge };
		const step = failover.step(began + time, Math.max(time, 1), known);
		if (step === "other-family" || step === "follow-path") turns.push(time);
	}
	const [toSix = never, back = never] = turns;
	expect([toSix, back]).toEqual([row.toSix, row.back]);
});

test("while both families have a path, the other one is tried 6.3 s after the first step", () => {
	expect(turn).toBe(6_300);
});
