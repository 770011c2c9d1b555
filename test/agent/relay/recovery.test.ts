import { beforeEach, expect, test } from "vitest";
import { createRecovery, type Recovery, type Silence } from "../../../agent/relay/recovery.ts";

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
			hasOther: false,
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
	expect(ask(180, 500, { pathUp: false, otherPathUp: false, hasOther: true })).toEqual([
		"180: renew",
		"238: renew",
		"296: renew",
		"354: other-family",
		"359: other-family",
		"417: renew",
		"475: renew",
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
			hasOther: false,
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
	expect([before, ask(22, 30, {})]).toEqual([6, ["25: renew"]]);
	recovery.over();
	ask(181, 190, {});
	ask(191, 191, { pathUp: false });
	expect(ask(192, 200, {}), "nor is it a reason to wait").not.toEqual([]);
});

test("when after long only the other family's path comes back, it is taken at once", () => {
	ask(3, 600, { pathUp: false, otherPathUp: false });
	expect(ask(601, 601, { pathUp: false, otherPathUp: true })).toEqual(["601: follow-path"]);
});

test("a relay that forgot us gets new handshakes for ever, often at first, and now and then from another port", () => {
	expect(ask(3, 60, {})).toEqual([
		...["3: renew", "4: new-port", "6: renew", "8: renew"],
		...["10: renew", "15: new-port", "25: renew", "35: renew", "45: renew", "55: new-port"],
	]);
	const later = ask(61, 600, {}).map((one) => Number.parseInt(one, 10));
	expect(later.slice(1).every((second, at) => [9, 10].includes(second - later[at]!))).toBe(true);
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
	expect(ask(3, 22, { otherPathUp: true })).toEqual([
		...["3: renew", "4: new-port", "6: renew", "8: renew"],
		...["10: other-family", "11: renew", "13: renew"],
		...["15: other-family", "16: new-port", "18: renew", "20: renew"],
	]);
	recovery.over();
	const neverReached = { pathUp: undefined, otherPathUp: undefined };
	expect(ask(3, 22, { ...neverReached, hasOther: true })).toContainEqual("10: other-family");
	recovery.over();
	expect(ask(3, 22, { ...neverReached, hasOther: false }).join()).not.toContain("other-family");
	recovery.over();
	expect(ask(3, 26, { otherPathUp: false }).join()).not.toContain("other-family");
});

test("a relay that shakes hands is looked for nowhere else", () => {
	expect(
		ask(3, 60, { otherPathUp: true, shakesHands: true }).filter((one) => !one.endsWith(": renew")),
	).toEqual([]);
});

test("one that shakes hands no more is looked for at once", () => {
	ask(3, 100, { shakesHands: true });
	expect(ask(101, 103, {})).toEqual(["101: renew", "102: new-port"]);
});

test("where the name points to now, the steps begin anew", () => {
	ask(3, 300, { pathUp: false });
	recovery.renewed(10_301_000);
	expect(ask(302, 305, { pathUp: undefined })).toEqual(["302: renew", "303: new-port", "305: renew"]);
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
			hasOther: false,
			shakesHands: false,
		});
	expect([next(10_061_100), next(10_061_400)]).toEqual([undefined, "renew"]);
});

test("the next silence begins anew", () => {
	ask(3, 60, {});
	recovery.over();
	expect(ask(61, 64, {})).toEqual(["61: renew", "62: new-port", "64: renew"]);
});
