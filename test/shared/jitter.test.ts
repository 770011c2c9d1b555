import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { jitterOf } from "../../shared/jitter.ts";
import { MINUTE } from "../../shared/time.ts";

test("the same key has the same share of a period for ever", () => {
	expect(jitterOf("a home's public key", MINUTE)).toBe(jitterOf("a home's public key", MINUTE));
	expect(jitterOf("xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=", MINUTE)).toBe(34779);
});

test("many keys spread evenly over the period, and none reaches its end", () => {
	const perTenth = new Array<number>(10).fill(0);
	for (let home = 0; home < 10_000; home += 1) {
		const share = jitterOf(randomBytes(32).toString("base64"), MINUTE);
		expect(share).toBeGreaterThanOrEqual(0);
		expect(share).toBeLessThan(MINUTE);
		perTenth[Math.floor(share / (MINUTE / 10))]! += 1;
	}
	for (const homes of perTenth) expect(Math.abs(homes - 1_000)).toBeLessThan(200);
});

test("of a period that is nothing, the share is nothing", () => {
	expect(jitterOf("key", 0)).toBe(0);
});
