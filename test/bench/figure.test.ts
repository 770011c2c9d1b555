import { describe, expect, it } from "vitest";
import { randomFrom } from "./bench.ts";
import { type Figure, percentile, reached } from "./figure.ts";
import { table } from "./table.ts";

const twenty = Array.from({ length: 20 }, (_, at) => at + 1);

function figure(samples: number[], goal = 1.3): Figure {
	return { name: "tunnel", unit: "s", samples, goal: { value: goal, judged: "p95" } };
}

describe("a figure", () => {
	it("has as its p95 of twenty samples the last but one, in whatever order they came", () => {
		expect(percentile(twenty.toReversed(), 0.95)).toBe(19);
		expect(percentile([3, 1, 2], 0.5)).toBe(2);
		expect(percentile([3, 1, 2], 1)).toBe(3);
	});

	it("reaches its goal when one in twenty does not", () => {
		expect(reached(figure([...Array(19).fill(1.3), 9]))).toBe(true);
		expect(reached(figure([...Array(18).fill(1), 1.31, 1.31]))).toBe(false);
	});

	it("misses its goal when a change was never followed", () => {
		expect(reached(figure([1, 1, Number.POSITIVE_INFINITY]))).toBe(false);
		expect(table([figure([1, 1, Number.POSITIVE_INFINITY])])).toMatch(/never +MISSED/);
	});

	it("is not taken for reached when nothing was measured", () => {
		expect(reached(figure([]))).toBe(false);
		expect(table([figure([])])).toMatch(/NOT MEASURED/);
	});
});

describe("the seed", () => {
	it("repeats the random moments, and another one does not", () => {
		const [one, same, other] = [randomFrom(7), randomFrom(7), randomFrom(8)];
		const drawn = twenty.map(one);
		expect(twenty.map(same)).toEqual(drawn);
		expect(twenty.map(other)).not.toEqual(drawn);
		expect(drawn.every((number) => number >= 0 && number < 1)).toBe(true);
	});
});
