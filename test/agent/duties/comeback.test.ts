import { expect, test } from "vitest";
import { createComeback } from "../../../agent/duties/comeback.ts";
import { parseEndpoint } from "../../../shared/address.ts";

const six = parseEndpoint("[2001:db8::1]:51820");
const minutes = (count: number) => count * 60_000;

test("a look is due at once, then every five minutes, and after a change of the line", () => {
	const comeback = createComeback();
	expect([comeback.due(0), comeback.due(minutes(4)), comeback.due(minutes(5))]).toEqual([true, false, true]);
	comeback.hope();
	expect(comeback.due(minutes(6))).toBe(true);
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
		comeback.answered();
		expect(comeback.failed()).toEqual(six);
	}
	expect(waits).toEqual([0, 10, 20, 40, 80, 120, 120]);
});

test("after three answers it has worked, and a later silence is nothing of its own", () => {
	const comeback = createComeback();
	comeback.begin(six);
	for (let count = 1; count <= 3; count++) comeback.answered();
	expect(comeback.failed()).toBeUndefined();
});
