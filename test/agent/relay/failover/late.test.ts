import { beforeEach, expect, test } from "vitest";
import type { Looked } from "../../../../agent/relay/failover/state.ts";
import { changeOf, driver, four, laterOf, moved, six } from "./driver.ts";

const looked: Looked = { inUse: four, other: six, pathUp: false, pathIsBack: false, otherPathUp: true };
let failover: ReturnType<typeof driver>;
beforeEach(() => {
	failover = driver();
	failover.tell(0, { kind: "silent", milliseconds: 3_000, lineUp: true });
});

test("a look that ends when the silence is over leads to nothing", () => {
	expect(failover.run(0).map((action) => action.do)).toEqual(["look-up", "look-at-paths"]);
	failover.tell(500, { kind: "answered" });
	const before = failover.state();
	expect(failover.tell(900, { kind: "looked", looked })).toEqual([]);
	expect(failover.state()).toEqual(before);
});

test("a handshake that is told of when the silence is over says nothing about the next one", () => {
	failover.tell(0, { kind: "looked", looked: { ...looked, pathUp: true, otherPathUp: true } });
	failover.tell(500, { kind: "answered" });
	const before = failover.state();
	for (const step of [undefined, "renew"] as const)
		expect(failover.tell(501, { kind: "handshake", age: 1_000, step, looked })).toEqual([]);
	expect(failover.state()).toEqual(before);
});

test("a name that is resolved when the silence is over is not followed in the next one", () => {
	failover.tell(500, { kind: "answered" });
	expect(failover.tell(600, { kind: "looked-up", resolved: true, pointsElsewhere: true })).toEqual([]);
	failover.tell(4_000, { kind: "silent", milliseconds: 3_000, lineUp: true });
	expect(changeOf(failover.run(4_000, { pointsElsewhere: true, best: moved }))).toBeUndefined();
});

test("a name that points elsewhere is followed when the session had its chance, if it still does", () => {
	const seen = failover.tell(600, { kind: "looked-up", resolved: true, pointsElsewhere: true });
	expect(laterOf(seen, "name")).toBe(410);
	expect(changeOf(failover.run(900, { pointsElsewhere: true, best: moved }))).toBeUndefined();
	expect(changeOf(failover.run(1_010, { pointsElsewhere: false, best: four }))).toBeUndefined();
	expect(changeOf(failover.run(1_020, { pointsElsewhere: true, best: moved })), "forgotten").toBeUndefined();
});

test("a path to IPv4 that is found when the tunnel is silent again is not taken", () => {
	failover.tell(0, { kind: "sends-to", endpoint: six });
	failover.tell(500, { kind: "answered" });
	expect(failover.run(600).map((action) => action.do)).toContain("look-at-preferred");
	failover.tell(4_000, { kind: "silent", milliseconds: 3_000, lineUp: true });
	const found = failover.tell(4_100, { kind: "looked-at-preferred", preferred: four, pathUp: true });
	expect([changeOf(found), laterOf(found, "failback")]).toEqual([undefined, 5_000]);
});

test("a family whose path is followed gets the session while it is good, and a new one after that", () => {
	const followed = (handshakeAge: number) =>
		changeOf(driver().look(0, 3_000, { pathUp: false, otherPathUp: true, handshakeAge }))?.do;
	expect([followed(179_000), followed(180_000)]).toEqual(["move", "renew"]);
});

test("a session that the relay made just now is not thrown away, but a pulse is sent over it", () => {
	const actions = failover.look(1_000, 4_000, { handshakeAge: 2_000 });
	expect(actions.map((action) => action.do)).toEqual(["pulse", "run-later"]);
});
