import { expect, test } from "vitest";
import { type Comeback, createComeback } from "../../../agent/relay/comeback.ts";
import { parseEndpoint } from "../../../shared/address.ts";

const six = parseEndpoint("[2001:db8::1]:51820");
const minutes = (count: number) => count * 60_000;

/** Seconds at which a look is due, asked every second. */
function looks(comeback: Comeback, from: number, to: number): number[] {
	const all = Array.from({ length: to - from + 1 }, (_, at) => from + at);
	return all.filter((second) => comeback.due(second * 1_000));
}

test("a look is due at once, a few times soon after, then every five minutes, and anew after a change of the line", () => {
	const comeback = createComeback();
	expect(looks(comeback, 0, 1_000)).toEqual([0, 5, 20, 80, 380, 680, 980]);
	comeback.hope();
	expect(looks(comeback, 1_001, 1_030)).toEqual([1_001, 1_006, 1_021]);
});

test("a family that was left although it has a path is not looked at again soon", () => {
	const comeback = createComeback();
	comeback.distrust(0);
	expect(looks(comeback, 0, 700)).toEqual([300, 600]);
});

test("a try that fails leads back, and the next one comes later, two hours later at most", () => {
	const comeback = createComeback();
	let time = 0;
	const waits: number[] = [];
	for (let round = 0; round < 7; round++) {
		const began = time;
		while (!comeback.due(time)) time += minutes(1);
		waits.push((time - began) / minutes(1));
		comeback.begin(six);
		expect(comeback.due(time + minutes(600)), "one is under way").toBe(false);
		comeback.answered(true);
		expect(comeback.failed()).toEqual(six);
	}
	expect(waits).toEqual([0, 10, 20, 40, 80, 120, 120]);
});

test("after three answers it has worked, and a later silence is nothing of its own", () => {
	const comeback = createComeback();
	comeback.begin(six);
	for (let count = 1; count <= 3; count++) expect(comeback.answered(true)).toBe(false);
	expect([comeback.trying(), comeback.failed()]).toEqual([false, undefined]);
});

test("a try that is led astray is made again, ten times at most, and the answers count from anew", () => {
	const comeback = createComeback();
	comeback.begin(six);
	expect([true, true, false, true, true].map((preferred) => comeback.answered(preferred))).toEqual([
		false,
		false,
		true,
		false,
		false,
	]);
	expect(comeback.trying()).toBe(true);
	for (let count = 2; count <= 10; count++) expect(comeback.answered(false)).toBe(true);
	expect([comeback.answered(false), comeback.trying()]).toEqual([false, false]);
	expect(comeback.pause()).toBe(minutes(10));
});
