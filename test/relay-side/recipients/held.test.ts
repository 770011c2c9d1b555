import { expect, test } from "vitest";
import { listHeld } from "../../../relay-side/recipients/conditions.ts";
import { homeOf } from "../homes/examples.ts";
import { refusal, useKeeper, users } from "./use-keeper.ts";

const hour = 60 * 60_000;
const day = 24 * hour;

const kept = useKeeper();
const { pass, push, start, valid } = kept;

test("a list that shrinks by more than half is held: the missing stay valid, the new are valid at once", async () => {
	await push(users(10));
	expect(await push(["new@anna.example", ...users(3)], users(10))).toMatchObject({ held: true });
	expect(valid()).toHaveLength(11);
	expect(kept.changes.at(-1)).toEqual(["new@anna.example"]);
	const [active] = kept.health.list();
	expect(active).toMatchObject({ code: listHeld.code, subject: "anna", severity: "error" });
	expect(active?.text).toContain("until 2026-03-02 12:00 UTC");
	expect(active?.remedy).toContain("heimweg-relay accept-recipients anna");
	expect(kept.keeper.state("anna")).toMatchObject({ count: 4, held: true });

	await start();
	expect(kept.health.has(listHeld, "anna")).toBe(true);
	expect(valid()).toHaveLength(11);
	expect(kept.keeper.accept("anna")).toBe(7);
	expect(valid()).toEqual([
		"new@anna.example",
		"user0@anna.example",
		"user1@anna.example",
		"user2@anna.example",
	]);
	expect(kept.health.list()).toEqual([]);
	expect(kept.keeper.accept("anna")).toBeUndefined();
	await kept.keeper.saved();
	await start();
	expect(valid()).toHaveLength(4);
});

test("a held list comes into force when the same list has stood for a day; another one begins a new day", async () => {
	await push(users(10));
	await push(users(4), users(10));
	pass(day / 2);
	await push(users(3), users(4));
	pass(day - 1);
	kept.keeper.look();
	await push(users(3));
	expect(valid()).toHaveLength(10);
	pass(1);
	kept.keeper.look();
	expect(valid()).toHaveLength(3);
	expect(kept.health.list()).toEqual([]);
});

test("a clock that leaps a day ahead puts no held list in force: its day begins again", async () => {
	await push(users(10));
	await push(users(4), users(10));
	pass(2 * hour);
	kept.keeper.look();
	kept.clock += day;
	kept.keeper.look();
	kept.keeper.look();
	expect(valid()).toHaveLength(10);
	pass(day - 1);
	kept.keeper.look();
	expect(valid()).toHaveLength(10);
	pass(1);
	kept.keeper.look();
	expect(valid()).toHaveLength(4);
});

test("a clock that is a day ahead when the relay boots puts no held list in force before it is set right", async () => {
	await push(users(10));
	await push(users(4), users(10));
	await kept.keeper.saved();
	kept.clock += 2 * day;
	kept.passed = 0;
	await start();
	kept.keeper.look();
	expect(valid()).toHaveLength(10);
	kept.clock -= 2 * day;
	kept.keeper.look();
	pass(2 * hour);
	kept.keeper.look();
	expect(valid()).toHaveLength(10);
});

test("a held list that stood for a day while the relay was off comes into force an hour after its start", async () => {
	await push(users(10));
	await push(users(4), users(10));
	await kept.keeper.saved();
	kept.clock += day;
	kept.passed = 0;
	await start();
	kept.keeper.look();
	expect(valid()).toHaveLength(10);
	pass(hour);
	kept.keeper.look();
	expect(valid()).toHaveLength(4);
});

test("a list that is long again ends the holding", async () => {
	await push(users(10));
	await push(users(4), users(10));
	await push(users(9), users(4));
	expect(valid()).toHaveLength(9);
	expect(kept.health.list()).toEqual([]);
	await start();
	expect(valid()).toHaveLength(9);
});

test.each([
	["nine to one", "held", users(9), users(1)],
	["two to none", "held", users(2), []],
	["three to one", "held", users(3), users(1)],
	["one to none", "taken", users(1), []],
	["four to two, which is half", "taken", users(4), users(2)],
	["one to three", "taken", users(1), users(3)],
])("a list that goes from %s is %s", async (_, outcome, before, after) => {
	const held = outcome === "held";
	expect(await push(before)).toMatchObject({ held: false });
	expect(await push(after, before)).toMatchObject({ held });
	expect(valid()).toHaveLength(held ? before.length : after.length);
	expect(await push([...before, ...after], after)).toMatchObject({ held: false });
});

test("a domain that loses most of its recipients is held although the list grows, and it is named", async () => {
	kept.registry = {
		...kept.registry,
		homes: new Map([["anna", homeOf("anna", 2, { domains: ["anna.example", "more.example"] })]]),
	};
	await push([...users(9), ...users(9, "more.example")]);
	expect(await push([...users(1), ...users(40, "more.example")])).toMatchObject({ held: true });
	expect(valid()).toHaveLength(49);
	expect(kept.health.list()[0]?.text).toContain("at anna.example from 9 to 1");
	expect(kept.health.list()[0]?.text).not.toContain("more.example");
});

test("many domains that lose their only recipient at once are held too, as a whole", async () => {
	const domains = ["a.example", "b.example", "c.example"];
	kept.registry = { ...kept.registry, homes: new Map([["anna", homeOf("anna", 2, { domains })]]) };
	await push(domains.map((domain) => `me@${domain}`));
	expect(await push(["me@a.example"])).toMatchObject({ held: true });
	expect(kept.health.list()[0]?.text).toContain("from 3 to 1");
});

test("half of a list, and a domain that the relay's owner took away are not held", async () => {
	await push(users(10));
	expect(await push(users(5), users(10))).toMatchObject({ held: false });
	kept.registry = {
		...kept.registry,
		homes: new Map([["anna", homeOf("anna", 2, { domains: ["anna.example", "more.example"] })]]),
	};
	const both = [...users(20, "more.example"), ...users(5)];
	await push(both, users(5));
	kept.registry = { ...kept.registry, homes: new Map([["anna", homeOf("anna", 2)]]) };
	expect(await push(users(5), both)).toMatchObject({ held: false });
});

test("a list that is quite another one, of the same length, is held", async () => {
	await push(users(10));
	const others = Array.from({ length: 10 }, (_, n) => `other${n}@anna.example`);
	expect(await push(others)).toMatchObject({ held: true });
	expect(valid()).toEqual([...users(10), ...others].sort());
});

test("a home that sends other lists all the time while one is held does not fill the relay's memory", async () => {
	await start({ limit: 10 });
	const list = (letter: string) => Array.from({ length: 10 }, (_, n) => `${letter}${n}@anna.example`);
	await push(list("a"));
	await push(list("b"));
	expect(valid()).toHaveLength(20);
	expect(await refusal(push(list("c")))).toMatchObject({ status: 413 });
	expect(valid()).toEqual([...list("a"), ...list("b")].sort());
	await push(list("b").slice(0, 4));
	expect(valid()).toHaveLength(20);
});
