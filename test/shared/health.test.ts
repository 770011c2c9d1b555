import { expect, test } from "vitest";
import { condition, Health, spanOf } from "../../shared/health.ts";
import { failing, keptLog, silentHealth } from "./silent.ts";

const warning = condition<{ left: number }>({
	code: "disk.low",
	severity: "warning",
	title: "the disk is nearly full",
	visibleAfter: 1_000,
	text: ({ left }, where) => `${where} has ${left} MB left`,
	remedy: () => "",
});

function stage() {
	const { log, lines } = keptLog();
	const clock = { now: new Date("2030-01-01T00:00:00Z") };
	const health = new Health(log, () => clock.now);
	const events: string[] = [];
	const silence = health.listen((event, c) => events.push(`${event} ${c.code} ${c.subject}`));
	return { health, lines, clock, events, silence };
}

test("a condition that is set again says nothing new: one line, one event, and it keeps its beginning", () => {
	const { health, lines, clock, events } = stage();
	for (let again = 0; again < 100; again++) {
		health.set(failing, "", { error: "no" });
		clock.now = new Date(clock.now.getTime() + 1_000);
	}
	expect(lines).toHaveLength(1);
	expect(lines[0]).toMatchObject({
		level: 50,
		msg: "the work fails: no; what to do: look at the work",
		condition: "test.failing",
	});
	expect(events).toEqual(["begins test.failing "]);
	expect(health.list()[0]?.since).toBe("2030-01-01T00:00:00.000Z");
});

test("another sentence for the same subject is logged, but it is the same condition that goes on", () => {
	const { health, lines, clock, events } = stage();
	health.set(warning, "/var", { left: 20 });
	clock.now = new Date("2030-01-01T01:00:00Z");
	health.set(warning, "/var", { left: 10 });
	expect(lines.map((line) => [line.level, line.msg])).toEqual([
		[40, "/var has 20 MB left"],
		[40, "/var has 10 MB left"],
	]);
	expect(events).toEqual(["begins disk.low /var", "changes disk.low /var"]);
	expect(health.list()).toMatchObject([{ since: "2030-01-01T00:00:00.000Z", text: "/var has 10 MB left" }]);
});

test("subjects are apart, also where code and subject would run together", () => {
	const health = silentHealth();
	const a = condition({ ...failing, code: "a" });
	const b = condition({ ...failing, code: "a b" });
	health.set(a, "b c", { error: "1" });
	health.set(b, "c", { error: "2" });
	expect(health.list()).toHaveLength(2);
	health.clear(b, "c");
	expect(health.list().map((c) => c.text)).toEqual(["the work fails: 1"]);
});

test("clearing names how long it lasted, and clears one subject or all of the kind and no other", () => {
	const { health, lines, clock, events } = stage();
	health.set(warning, "/var", { left: 1 });
	health.set(warning, "/", { left: 1 });
	health.set(failing, "", { error: "no" });
	clock.now = new Date("2030-01-01T03:05:00Z");
	health.clear(warning, "/var");
	health.clear(warning, "/var");
	expect(lines.at(-1)).toMatchObject({
		level: 30,
		msg: "over after 3 h 5 min: the disk is nearly full (/var)",
		lasted: 11_100,
	});
	health.put(warning, "/var", { left: 1 });
	health.clear(warning);
	expect(health.list().map((c) => c.code)).toEqual(["test.failing"]);
	health.put(failing, "", undefined);
	expect(health.list()).toEqual([]);
	expect(events.filter((event) => event.startsWith("ends"))).toHaveLength(4);
});

test("a condition that is put for many holds for these and no others; who stays is not told again", () => {
	const { health, events } = stage();
	const left = (...where: string[]) => new Map(where.map((one) => [one, { left: 1 }]));
	health.putAll(warning, left("/a", "/b"));
	health.putAll(warning, left("/b", "/c"));
	expect(health.subjects(warning)).toEqual(["/b", "/c"]);
	expect(events).toEqual([
		"begins disk.low /a",
		"begins disk.low /b",
		"ends disk.low /a",
		"begins disk.low /c",
	]);
});

test("a clock that was put back does not make a condition last a negative time", () => {
	const { health, lines, clock } = stage();
	health.set(failing, "", { error: "no" });
	clock.now = new Date("2029-12-31T00:00:00Z");
	health.clear(failing);
	expect(lines.at(-1)).toMatchObject({ msg: "over after 0 s: the work fails", lasted: 0 });
});

test("errors come first, then the oldest; mail flows unless a condition that stops it holds", () => {
	const { health, clock } = stage();
	health.set(warning, "/a", { left: 1 });
	expect(health.mailFlows).toBe(true);
	clock.now = new Date("2030-01-01T00:00:01Z");
	health.set(warning, "/b", { left: 1 });
	clock.now = new Date("2030-01-01T00:00:02Z");
	health.set(failing, "", { error: "no" });
	expect(health.list().map((c) => c.code + c.subject)).toEqual(["test.failing", "disk.low/a", "disk.low/b"]);
	expect(health.mailFlows).toBe(false);
	expect([health.has(failing), health.has(failing, ""), health.has(failing, "x")]).toEqual([
		true,
		true,
		false,
	]);
});

test("whoever stopped listening hears nothing more", () => {
	const { health, events, silence } = stage();
	silence();
	health.set(failing, "", { error: "no" });
	expect(events).toEqual([]);
});

test.each([
	[0, "0 s"],
	[119, "119 s"],
	[120, "2 min"],
	[7_199, "119 min"],
	[7_200, "2 h"],
	[11_100, "3 h 5 min"],
	[172_799, "47 h 59 min"],
	[172_800, "2 d"],
	[187_200, "2 d 4 h"],
])("%i seconds read %s", (seconds, text) => {
	expect(spanOf(seconds)).toBe(text);
});
