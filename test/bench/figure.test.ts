import { describe, expect, it } from "vitest";
import { oneAtATime, randomFrom } from "./bench.ts";
import { arranged, type Figure, percentile, reached, seen } from "./figure.ts";
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

describe("the table", () => {
	it("shows of each figure its goal, what was seen of it, and from how many measurements", () => {
		expect(table([figure([...Array(19).fill(0.5), 9])])).toMatch(
			/^tunnel +p95 1\.3 s +0\.50 s +reached +20 +0\.50 s +0\.50 s +9\.00 s$/m,
		);
		const fuzz: Figure = {
			name: "fuzz",
			unit: "",
			samples: [1],
			n: 100_000,
			goal: { value: 0, judged: "max" },
		};
		expect(table([fuzz])).toMatch(/^fuzz +0 +1 +MISSED +100000$/m);
	});

	it("shows the worst of what has no goal", () => {
		expect(seen({ name: "relay", unit: "s", samples: [3, 9, 1] })).toBe(9);
	});

	it("has what people use today below what it is compared with, and loses nothing", () => {
		const own = (name: string): Figure => ({ name, unit: "s", samples: [1] });
		const today = (name: string, beside: string): Figure => ({ ...own(name), beside });
		const figures = [
			today("c", "nowhere"),
			own("first"),
			own("second"),
			today("b", "sec"),
			today("a", "first"),
		];
		expect(arranged(figures).map(({ name }) => name)).toEqual(["first", "a", "second", "b", "c"]);
	});
});

describe("what keeps the machine busy", () => {
	it("is done one at a time, in the order in which it was asked for, also after one has failed", async () => {
		const alone = oneAtATime();
		const story: string[] = [];
		const act = (name: string) => async () => {
			story.push(`${name} begins`);
			await new Promise((resolve) => setImmediate(resolve));
			story.push(`${name} ends`);
			if (name === "one") throw new Error(name);
			return name;
		};
		const all = await Promise.allSettled([alone(act("one")), alone(act("two"))]);
		expect(story).toEqual(["one begins", "one ends", "two begins", "two ends"]);
		expect(all.map(({ status }) => status)).toEqual(["rejected", "fulfilled"]);
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
