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
			...known,
		});
		if (step) said.push(`${second}: ${step}`);
	}
	return said;
}

test("while the line is down nothing is done", () => {
	expect(ask(3, 200, { lineUp: false, pathUp: undefined })).toEqual([]);
});

test("while the path is down the session is kept for as long as it can be good, and only the name is looked up", () => {
	const said = ask(3, 179, { pathUp: false, otherPathUp: false });
	expect(said.slice(0, 3)).toEqual(["3: look-up", "8: look-up", "13: look-up"]);
	expect(said.every((one) => one.endsWith("look-up"))).toBe(true);
	expect(ask(180, 200, { pathUp: false })[0]).toMatch(/renew$/);
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
		});
	expect([at(100), at(400), at(499), at(500)]).toEqual([undefined, undefined, undefined, "renew"]);
});

test("also after the session's life a handshake of WireGuard's own has a chance first", () => {
	ask(3, 600, { pathUp: false });
	expect(ask(601, 601, {})).toEqual([]);
	expect(recovery.dueIn(10_601_000)).toBe(400);
	expect(ask(602, 602, {})).toEqual(["602: renew"]);
});

test("when after long only the other family's path comes back, it is taken at once", () => {
	ask(3, 600, { pathUp: false, otherPathUp: false });
	expect(ask(601, 601, { pathUp: false, otherPathUp: true })).toEqual(["601: other-family"]);
});

test("a relay that forgot us gets new handshakes, often at first, then patiently, for ever", () => {
	expect(ask(3, 60, {})).toEqual([
		"3: renew",
		"4: renew",
		"6: renew",
		"8: renew",
		"13: renew",
		"18: renew",
		"23: renew",
		"33: renew",
		"53: renew",
	]);
	const later = ask(61, 600, {}).map((one) => Number.parseInt(one, 10));
	expect(later.slice(1).every((second, at) => second - later[at]! === 60)).toBe(true);
});

test("while no path is up, the other family gets a short visit now and then", () => {
	const said = ask(180, 1_000, { pathUp: false, otherPathUp: false });
	const visits = said.filter((one) => one.endsWith("other-family")).map((one) => Number.parseInt(one, 10));
	expect(visits.length).toBeGreaterThan(3);
	expect(visits[1]! - visits[0]!).toBeLessThan(visits[2]! - visits[1]!);
});

test("the other family is taken at once when only that one has a path", () => {
	expect(ask(3, 3, { pathUp: false, otherPathUp: true })).toEqual(["3: other-family"]);
});

test("the other family has its turn when both paths are up and nothing helps: somebody may block UDP", () => {
	expect(ask(3, 30, { otherPathUp: true })).toContainEqual(expect.stringContaining("other-family"));
	expect(ask(31, 300, { otherPathUp: false })).not.toContainEqual(expect.stringContaining("other-family"));
});

test("a change of the line begins anew, after the old session had its chance", () => {
	ask(3, 60, {});
	recovery.hope(10_061_000);
	const next = (now: number) =>
		recovery.next({ now, silentFor: 61_000, lineUp: true, pathUp: true, otherPathUp: undefined });
	expect([next(10_061_100), next(10_061_400)]).toEqual([undefined, "renew"]);
});

test("the next silence begins anew", () => {
	ask(3, 60, {});
	recovery.over();
	expect(ask(61, 64, {})).toEqual(["61: renew", "62: renew", "64: renew"]);
});
