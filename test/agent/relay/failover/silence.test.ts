import { beforeEach, expect, test } from "vitest";
import { changeOf, driver, type Known, laterOf, moved } from "./driver.ts";

let failover: ReturnType<typeof driver>;
beforeEach(() => {
	failover = driver();
});

const began = 10_000_000;

/** The relay shook hands a while ago. */
const shakesHands = { handshakeAge: 10_000 };

/** Looks once a second from `from` to `to` (seconds of silence); what is done, and when. */
function ask(from: number, to: number, known: Partial<Known>): string[] {
	const said: string[] = [];
	for (let second = from; second <= to; second++) {
		const step = failover.step(began + second * 1_000, second * 1_000, known);
		if (step) said.push(`${second}: ${step}`);
	}
	return said;
}

/** The tunnel answers for a moment. */
const over = () => failover.tell(began, { kind: "answered" });

test("while the line is down nothing is done", () => {
	expect(ask(3, 200, { lineUp: false, pathUp: undefined })).toEqual([]);
});

test("while the path is down the session is kept while it can be good, then renewed now and then", () => {
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
	const at = (ms: number) => failover.step(began + 8_000 + ms, 8_000 + ms);
	expect([at(100), at(400), at(499), at(500)]).toEqual([undefined, undefined, undefined, "renew"]);
});

test("also after the session's life a handshake of WireGuard's own has a chance first", () => {
	ask(3, 600, { pathUp: false });
	const actions = failover.look(began + 601_000, 601_000);
	expect([changeOf(actions), laterOf(actions, "step")]).toEqual([undefined, 400]);
	expect(ask(602, 602, {})).toEqual(["602: renew"]);
});

test("a look that failed by chance begins nothing anew", () => {
	const before = ask(3, 20, {}).length;
	ask(21, 21, { pathUp: false });
	expect([before, ask(22, 30, {})]).toEqual([6, ["25: renew"]]);
	over();
	ask(181, 190, {});
	ask(191, 191, { pathUp: false });
	expect(ask(192, 200, {}), "nor is it a reason to wait").not.toEqual([]);
});

test("when after long only the other family's path comes back, it is taken at once", () => {
	ask(3, 600, { pathUp: false, otherPathUp: false });
	expect(ask(601, 601, { pathUp: false, otherPathUp: true })).toEqual(["601: follow-path"]);
});

test("a relay that forgot us gets new handshakes for ever, now and then from another port", () => {
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
	over();
	const neverReached = { pathUp: undefined, otherPathUp: undefined };
	expect(ask(3, 22, { ...neverReached, hasOther: true })).toContainEqual("10: other-family");
	over();
	expect(ask(3, 22, { ...neverReached, hasOther: false }).join()).not.toContain("other-family");
	over();
	expect(ask(3, 26, { otherPathUp: false }).join()).not.toContain("other-family");
});

test("a relay that shakes hands is looked for nowhere else", () => {
	expect(ask(3, 60, { otherPathUp: true, ...shakesHands }).filter((one) => !one.endsWith(": renew"))).toEqual(
		[],
	);
});

test("one that shakes hands no more is looked for at once", () => {
	ask(3, 100, shakesHands);
	expect(failover.state().shakesHands).toBe(true);
	expect(ask(101, 101, { pathIsBack: true })).toEqual(["101: renew"]);
	expect(ask(102, 103, {})).toEqual(["102: new-port"]);
	over();
	ask(203, 300, shakesHands);
	expect(ask(301, 312, {}), "when the next step is due").toEqual([
		"305: renew",
		"306: new-port",
		"308: renew",
		"310: renew",
		"312: renew",
	]);
});

test("where the name points to now, the steps begin anew", () => {
	ask(3, 300, { pathUp: false });
	failover.tell(began + 300_500, { kind: "looked-up", resolved: true, pointsElsewhere: true });
	const actions = failover.run(began + 301_000, { pointsElsewhere: true, best: moved });
	expect(changeOf(actions)).toMatchObject({ do: "renew", to: moved, for: "name-moved" });
	expect(ask(302, 305, { pathUp: undefined })).toEqual(["302: renew", "303: new-port", "305: renew"]);
});

test("a change of the line begins anew, after the old session had its chance", () => {
	ask(3, 60, {});
	failover.tell(began + 61_000, { kind: "line-changed" });
	const at = (now: number) => failover.step(now, 61_000);
	expect([at(began + 61_100), at(began + 61_400)]).toEqual([undefined, "renew"]);
});

test("the next silence begins anew", () => {
	ask(3, 60, {});
	over();
	expect(ask(61, 64, {})).toEqual(["61: renew", "62: new-port", "64: renew"]);
});
