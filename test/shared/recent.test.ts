import { expect, test } from "vitest";
import { createGuardDuty } from "../../shared/guard-duty.ts";
import { condition, Health } from "../../shared/health.ts";
import { conditionsText, recentText } from "../../shared/status-text.ts";
import { failing, keptLog, silent } from "./silent.ts";

const other = condition<void>({
	...{ code: "test.other", severity: "warning", title: "something else holds", visibleAfter: 0 },
	text: () => "something else holds now",
	remedy: () => "look elsewhere",
});
const follows = condition<void>({
	...{ code: "test.follows", severity: "warning", title: "it follows", visibleAfter: 0 },
	dependsOn: ["test.failing"],
	text: () => "no name resolves",
	remedy: () => "look at /etc/resolv.conf",
});

function stage() {
	const { log, lines } = keptLog();
	const clock = { now: new Date("2030-01-01T00:00:00Z") };
	const health = new Health(log, () => clock.now);
	const pass = (seconds: number) => {
		clock.now = new Date(clock.now.getTime() + seconds * 1_000);
	};
	return { health, lines, pass, text: () => recentText(health.recent.list(), clock.now) };
}

test("what healed by itself stands in the status for an hour, the latest first, and the same is counted", () => {
	const { health, pass, text } = stage();
	expect(text()).toBe("");
	health.set(failing, "", { error: "no" });
	pass(45);
	health.clear(failing);
	for (let time = 0; time < 14; time++) health.recent.note("the guard table was gone and stands again");
	pass(60);
	expect(text().split("\n")).toEqual([
		"Over by now, in the last hour:",
		"  14 times, last 60 s ago: the guard table was gone and stands again",
		"  60 s ago, after 45 s: the work fails",
	]);
	pass(3_541);
	expect(text()).toBe("");
});

test("of what heals all the time only so much is kept", () => {
	const { health, text } = stage();
	for (let n = 0; n < 5_000; n++) health.recent.note(`${n}`);
	expect(health.recent.list()).toHaveLength(50);
	expect(text().split("\n")).toHaveLength(12);
});

test("nothing is called over when another took its place", () => {
	const { health, lines } = stage();
	const instead: Array<string | undefined> = [];
	health.listen((event, c) => void (event === "ends" && instead.push(c.instead)));
	health.set(failing, "", { error: "no" });
	health.set(other, "", undefined);
	health.clear(failing, "", other);
	expect(lines.at(-1)?.msg).toBe("after 0 s another: the work fails; now: something else holds");
	expect(health.recent.list()).toEqual([]);
	health.clear(other);
	expect(lines.at(-1)?.msg).toBe("over after 0 s: something else holds");
	expect(instead).toEqual(["something else holds", undefined]);
});

test("for what follows from another nobody is sent anywhere while that holds", () => {
	const { health, lines } = stage();
	health.set(failing, "", { error: "no" });
	health.set(follows, "", undefined);
	expect(lines.at(-1)?.msg).toBe("no name resolves; this follows from: the work fails");
	const text = conditionsText(health.list());
	expect(text).toContain("this follows from: the work fails");
	expect(text).not.toContain("resolv.conf");
	health.clear(failing);
	expect(conditionsText(health.list())).toContain("what to do: look at /etc/resolv.conf");
});

test("a guard that is flushed again and again shows in the status, each time in one line", async () => {
	const { health, text } = stage();
	const duty = createGuardDuty({
		guard: { ensure: async () => true, refuseForeign: async () => {}, remove: async () => {} },
		onStands() {},
		watch: () => ({ stop: async () => {} }),
		...{ health, log: silent },
	});
	for (let time = 0; time < 4; time++) {
		duty.poke(undefined, { urgent: true });
		await duty.settled();
	}
	expect(text().split("\n")[1]).toMatch(
		/^ {2}3 times, last 0 s ago: the nftables table that guards .* was gone or changed/,
	);
	await duty.stop();
});
