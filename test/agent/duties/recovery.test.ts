import { beforeEach, expect, test } from "vitest";
import { createRecovery, type Recovery, type Silence } from "../../../agent/duties/recovery.ts";

let recovery: Recovery;
beforeEach(() => {
	recovery = createRecovery();
});

/** Asks once a second from `from` to `to` (seconds of silence); what was answered, and when. */
function ask(from: number, to: number, known: Partial<Silence>): string[] {
	const said: string[] = [];
	for (let second = from; second <= to; second++) {
		const at = second * 1_000;
		const step = recovery.next({
			now: 10_000_000 + at,
			silentFor: at,
			lineUp: true,
			pathUp: true,
			otherPathUp: undefined,
			shakesHands: false,
			...known,
		});
		if (step) said.push(`${second}: ${step}`);
	}
	return said;
}

test("while the line is down nothing is done", () => {
	expect(ask(3, 200, { lineUp: false, pathUp: undefined })).toEqual([]);
});

test("while the path is down the session is kept for as long as it can be good, then renewed now and then", () => {
	expect(ask(3, 179, { pathUp: false, otherPathUp: false })).toEqual([]);
	expect(ask(180, 500, { pathUp: false, otherPathUp: false })).toEqual([
		"180: renew",
		"240: renew",
		"300: renew",
		"360: other-family",
		"365: other-family",
		"425: renew",
		"485: renew",
	]);
});

test("when the path comes back, the old session has a chance before it is thrown away", () => {
	ask(3, 8, { pathUp: false });
	const at = (ms: number) =>
		recovery.next({
			now: 10_000_000 + 8_000 + ms,
			silentFor: 8_000 + ms,
			lineUp: true,
			pathUp: true,
			otherPathUp: undefined,
			shakesHands: false,
		});
	expect([at(100), at(400), at(499), at(500)]).toEqual([undefined, undefined, undefined, "renew"]);
});

test("also after the session's life a handshake of WireGuard's own has a chance first", () => {
	ask(3, 600, { pathUp: false });
	expect(ask(601, 601, {})).toEqual([]);
	expect(recovery.dueIn(10_601_000)).toBe(400);
	expect(ask(602, 602, {})).toEqual(["602: renew"]);
});

test("a look that failed by chance begins nothing anew", () => {
	const before = ask(3, 20, {}).length;
	ask(21, 21, { pathUp: false });
	expect([before, ask(22, 30, {})]).toEqual([6, ["26: renew"]]);
});

test("when after long only the other family's path comes back, it is taken at once", () => {
	ask(3, 600, { pathUp: false, otherPathUp: false });
	expect(ask(601, 601, { pathUp: false, otherPathUp: true })).toEqual(["601: follow-path"]);
});

test("a relay that forgot us gets new handshakes for ever, often at first, and now and then from another port", () => {
	expect(ask(3, 60, {})).toEqual([
		...["3: renew", "4: renew", "6: renew", "8: new-port"],
		...["11: renew", "16: renew", "26: renew", "41: new-port", "56: renew"],
	]);
	const later = ask(61, 600, {}).map((one) => Number.parseInt(one, 10));
	expect(later.slice(1).every((second, at) => second - later[at]! === 15)).toBe(true);
});

test("the other family is taken at once when only that one has a path, and left when ours is back", () => {
	const [gone, back] = [
		{ pathUp: false, otherPathUp: true },
		{ pathUp: true, otherPathUp: true },
	];
	expect(ask(3, 3, gone)).toEqual(["3: follow-path"]);
	expect(ask(4, 4, { pathUp: true, otherPathUp: false })).toEqual([]);
	expect(ask(5, 5, back)).toEqual(["5: follow-path"]);
	expect(ask(6, 9, gone), "not to and fro").toEqual([]);
	expect(ask(10, 10, gone)).toEqual(["10: follow-path"]);
});

test("it is taken also while a step waits patiently", () => {
	ask(3, 44, {});
	expect(ask(45, 45, { pathUp: false, otherPathUp: true })).toEqual(["45: follow-path"]);
});

test("when both paths are up and nothing helps, the other family gets a visit: somebody may block UDP", () => {
	expect(ask(3, 25, { otherPathUp: true })).toEqual([
		...["3: renew", "4: renew", "6: renew", "8: new-port"],
		...["11: other-family", "12: renew", "14: renew"],
		...["16: other-family", "17: renew", "19: renew", "21: new-port"],
	]);
	recovery.over();
	expect(ask(3, 26, { otherPathUp: false }).join()).not.toContain("other-family");
});

test("a relay that shakes hands is looked for nowhere else", () => {
	expect(
		ask(3, 60, { otherPathUp: true, shakesHands: true }).filter((one) => !one.endsWith(": renew")),
	).toEqual([]);
});

test("a change of the line begins anew, after the old session had its chance", () => {
	ask(3, 60, {});
	recovery.hope(10_061_000);
	const next = (now: number) =>
		recovery.next({
			now,
			silentFor: 61_000,
			lineUp: true,
			pathUp: true,
			otherPathUp: undefined,
			shakesHands: false,
		});
	expect([next(10_061_100), next(10_061_400)]).toEqual([undefined, "renew"]);
});

test("the next silence begins anew", () => {
	ask(3, 60, {});
	recovery.over();
	expect(ask(61, 64, {})).toEqual(["61: renew", "62: renew", "64: renew"]);
});
