import { expect, test } from "vitest";
import { changeOf, driver, four, laterOf, six } from "./driver.ts";

const minutes = (count: number) => count * 60_000;

type Driver = ReturnType<typeof driver>;

/** A tunnel that is answered over IPv6. */
function onSix(): Driver {
	const failover = driver(six);
	failover.tell(0, { kind: "answered" });
	return failover;
}

/** True when a look at the preferred family is made. */
const looks = (failover: Driver, now: number) =>
	failover.run(now).some((action) => action.do === "look-at-preferred");

/** Seconds at which a look is made, when the tunnel is looked after every second. */
function looksBetween(failover: Driver, from: number, to: number): number[] {
	const all = Array.from({ length: to - from + 1 }, (_, at) => from + at);
	return all.filter((second) => looks(failover, second * 1_000));
}

/** IPv4 can be reached again. */
const works = (failover: Driver, now: number) =>
	failover.tell(now, { kind: "looked-at-preferred", preferred: four, pathUp: true });

/** A pulse is answered, and WireGuard then sends there; the change that this leads to. */
function answeredAt(failover: Driver, now: number, endpoint: typeof four) {
	const asked = failover.tell(now, { kind: "answered" });
	if (!asked.some((action) => action.do === "run")) return undefined;
	failover.tell(now, { kind: "sends-to", endpoint });
	return changeOf(failover.run(now, { answered: true }));
}

test("a look is made at once, soon after, every five minutes, and anew after a change of the line", () => {
	const failover = onSix();
	expect(looksBetween(failover, 0, 1_000)).toEqual([0, 5, 20, 80, 380, 680, 980]);
	failover.tell(1_000_500, { kind: "line-changed" });
	expect(looksBetween(failover, 1_001, 1_030)).toEqual([1_001, 1_006, 1_021]);
});

test("a family that was left although it has a path is not looked at again soon", () => {
	const failover = driver(four);
	failover.tell(0, { kind: "silent", milliseconds: 10_000, lineUp: true });
	const looked = { inUse: four, other: six, pathUp: true, pathIsBack: false, otherPathUp: true };
	failover.tell(0, { kind: "handshake", age: Number.POSITIVE_INFINITY, step: "other-family", looked });
	expect(failover.state().endpoint).toEqual(six);
	failover.tell(0, { kind: "answered" });
	expect(looksBetween(failover, 0, 700)).toEqual([300, 600]);
});

test("a try that fails leads back, and the next one comes later, two hours later at most", () => {
	const failover = onSix();
	let time = 0;
	const waits: number[] = [];
	for (let round = 0; round < 7; round++) {
		const began = time;
		while (!looks(failover, time)) time += minutes(1);
		waits.push((time - began) / minutes(1));
		expect(changeOf(works(failover, time))).toMatchObject({ do: "move", from: six, to: four });
		expect(looks(failover, time + minutes(600)), "one is under way").toBe(false);
		expect(answeredAt(failover, time, four)).toBeUndefined();
		failover.tell(time, { kind: "silent", milliseconds: 2_500, lineUp: true });
		expect(changeOf(failover.run(time))).toMatchObject({ do: "move", from: four, to: six });
		failover.tell(time, { kind: "answered" });
	}
	expect(waits).toEqual([0, 10, 20, 40, 80, 120, 120]);
});

test("after three answers it has worked, and a later silence is nothing of its own", () => {
	const failover = onSix();
	works(failover, 0);
	for (let count = 1; count <= 3; count++) expect(answeredAt(failover, 0, four)).toBeUndefined();
	expect(failover.tell(0, { kind: "answered" }), "no more looks at where it goes").toEqual([]);
	failover.tell(2_500, { kind: "silent", milliseconds: 2_500, lineUp: true });
	expect(changeOf(failover.run(2_500))).toBeUndefined();
});

test("a try that is led astray is made again, ten times at most, and the answers count from anew", () => {
	const failover = onSix();
	works(failover, 0);
	const again = [four, four, six, four, four].map((went) => answeredAt(failover, 0, went));
	const move = { do: "move", from: six, to: four, for: "failback", why: undefined };
	expect(again).toEqual([undefined, undefined, move, undefined, undefined]);
	expect(failover.tell(0, { kind: "answered" }), "under way").toEqual([{ do: "run", because: "answered" }]);
	for (let count = 2; count <= 10; count++) expect(answeredAt(failover, 0, six)).toEqual(move);
	expect(answeredAt(failover, 0, six)).toBeUndefined();
	expect(failover.tell(0, { kind: "answered" }), "given up").toEqual([]);
	const found = failover.tell(0, { kind: "looked-at-preferred", preferred: four, pathUp: false });
	expect(laterOf(found, "failback")).toBe(minutes(10));
});
