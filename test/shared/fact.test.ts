import { expect, test } from "vitest";
import { fact, factMap } from "../../shared/fact.ts";

test("who subscribes gets the last value at once, and nothing while there is none", () => {
	const link = fact<string>("link");
	const early: string[] = [];
	link.subscribe((value) => early.push(value));
	expect(early).toEqual([]);
	link.own("address")("up");
	const late: string[] = [];
	link.subscribe((value) => late.push(value));
	expect([early, late, link.value]).toEqual([["up"], ["up"], "up"]);
});

test("listeners run at once and in the order in which they subscribed", () => {
	const presence = factMap<boolean>("presence");
	const order: string[] = [];
	for (const part of ["routes", "presence", "flush"])
		presence.subscribe((home, here) => order.push(`${part} ${home} ${here}`));
	presence.own("anna", "pulse")(true);
	expect(order).toEqual(["routes anna true", "presence anna true", "flush anna true"]);
});

test("equal values tell nobody, and the value before is told with each new one", () => {
	const address = fact<{ text: string }>("address", (a, b) => a.text === b.text);
	const told: unknown[] = [];
	address.subscribe((value, before) => told.push([before?.text, value.text]));
	const write = address.own("address");
	write({ text: "a" });
	write({ text: "a" });
	write({ text: "b" });
	expect(told).toEqual([
		[undefined, "a"],
		["a", "b"],
	]);
});

test("a fact has one owner, and a key of several facts too", () => {
	const link = fact<string>("link");
	link.own("address");
	expect(() => link.own("dns")).toThrow("the fact link belongs to address, not to dns");
	const relays = factMap<string>("relays");
	relays.own("one", "relay");
	relays.own("two", "another");
	expect(() => relays.own("one", "another")).toThrow("the fact relays of one belongs to relay");
});

test("nobody writes a fact while it is being told, and one may write another", () => {
	const link = fact<number>("link");
	const address = fact<number>("address");
	const writeLink = link.own("address");
	const writeAddress = address.own("address");
	const failures: unknown[] = [];
	link.subscribe((value) => writeAddress(value + 1));
	address.subscribe((value) => {
		try {
			writeLink(value);
		} catch (error) {
			failures.push((error as Error).message);
		}
	});
	writeLink(1);
	expect(address.value).toBe(2);
	expect(failures).toEqual(["the fact link is written while it is being told"]);
});

test("a listener that throws keeps no other from being told, and the writer hears of it", () => {
	const link = fact<number>("link");
	const told: number[] = [];
	link.subscribe(() => {
		throw new Error("defect");
	});
	link.subscribe((value) => told.push(value));
	const write = link.own("address");
	expect(() => write(1)).toThrow("defect");
	expect(told).toEqual([1]);
	expect(() => write(2)).toThrow("defect");
});

test("what was subscribed can be ended, and a value can be taken away", () => {
	const relays = factMap<string>("relays");
	const told: unknown[] = [];
	const end = relays.subscribe((...all) => told.push(all));
	const write = relays.own("one", "relay");
	write("up");
	write(undefined);
	end();
	write("down");
	expect(told).toEqual([
		["one", "up", undefined],
		["one", undefined, "up"],
	]);
	expect([...relays.all]).toEqual([["one", "down"]]);
});
