import { expect, test } from "vitest";
import { type Backoff, waitAfter } from "../../shared/backoff.ts";

test.each<[string, Backoff, number[]]>([
	["a duty", { first: 1_000, max: 60_000 }, [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]],
	["the guard", { first: 500, max: 10_000 }, [500, 1_000, 2_000, 4_000, 8_000, 10_000]],
	["to be told", { first: 60_000, max: 600_000 }, [60_000, 120_000, 240_000, 480_000, 600_000, 600_000]],
	["a mail at home", { first: 1_000, max: 600_000 }, [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000]],
	["a mail for a home", { first: 400, max: 600_000 }, [400, 800, 1_600, 3_200, 6_400, 12_800, 25_600]],
	["a lost peer", { first: 10_000, max: 300_000 }, [10_000, 20_000, 40_000, 80_000, 160_000, 300_000]],
])("the waits of %s double up to their end", (_, backoff, waits) => {
	expect(waits.map((_, index) => waitAfter(index + 1, backoff))).toEqual(waits);
	expect(waitAfter(5_000, backoff)).toBe(backoff.max);
});
