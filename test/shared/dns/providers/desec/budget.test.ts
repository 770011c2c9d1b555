import { beforeEach, expect, test } from "vitest";
import { budgetStateSchema, createBudget, LIMITS } from "../../../../../shared/dns/providers/desec/budget.ts";
import { createThrottle, RATES } from "../../../../desec/throttle.ts";

const DOMAIN = "example.org";
let time: number;
const now = () => time;
/** A wait that moves the clock. */
const wait = async (ms: number) => {
	time += ms;
};

beforeEach(() => {
	time = 1_800_000_000_000;
});

test("a short wait is waited out, a long one is an error that says how long", async () => {
	const budget = createBudget({ now, wait });
	const start = time;
	for (let count = 0; count < 3; count++) await budget.take("write", DOMAIN);
	expect(time - start).toBe(1500);
	for (let count = 3; count < 12; count++) await budget.take("write", DOMAIN);
	const wanted = budget.take("write", DOMAIN);
	await expect(wanted).rejects.toMatchObject({
		kind: "throttled",
		retryAfter: start + 60_000 - time,
		reached: false,
	});
});

test("taking as fast as it allows for a day never meets deSEC's own limits", async () => {
	const budget = createBudget({ now, wait });
	const throttle = createThrottle(now);
	const end = time + 25 * 3600_000;
	let writes = 0;
	while (time < end) {
		await budget.take("write", DOMAIN, { patience: Number.POSITIVE_INFINITY });
		throttle.check("expensive", "owner", DOMAIN);
		writes++;
	}
	expect(writes).toBeGreaterThan(200);
});

test("reads and dynDNS keep under their limits as well", async () => {
	const budget = createBudget({ now, wait });
	const throttle = createThrottle(now);
	for (let count = 0; count < 300; count++) {
		await budget.take("read", DOMAIN, { patience: Number.POSITIVE_INFINITY });
		throttle.check("cheap", "owner");
		if (count >= 20) continue;
		await budget.take("dyndns", DOMAIN, { patience: Number.POSITIVE_INFINITY });
		throttle.check("dyndns", "owner", DOMAIN);
	}
	// No more than the distance that all requests keep.
	expect(budget.delay("dyndns", "example.net")).toBe(100);
});

test.each([
	["write", "expensive"],
	["read", "cheap"],
	["total", "user"],
] as const)("our limits on %s leave room in each of deSEC's windows", (ours, theirs) => {
	for (const rate of RATES[theirs]) {
		const tightest = LIMITS[ours].some(
			({ count, window }) =>
				window >= rate.seconds * 1000 &&
				count <= rate.count &&
				(count < rate.count || window > rate.seconds * 1000),
		);
		expect(tightest, `${rate.count} in ${rate.seconds} s`).toBe(true);
	}
});

test("what is taken back leaves room again", async () => {
	const budget = createBudget({ now, wait });
	const takeBack = await budget.take("dyndns", DOMAIN);
	await budget.take("dyndns", DOMAIN);
	expect(budget.delay("dyndns", DOMAIN)).toBe(129_900);
	takeBack();
	time += 100;
	expect(budget.delay("dyndns", DOMAIN)).toBe(0);
});

test("a demanded wait closes only that kind for that domain, and no longer than an hour", async () => {
	const budget = createBudget({ now, wait });
	budget.refused("write", DOMAIN, 3_000_000_000);
	expect(budget.delay("write", DOMAIN)).toBe(3_600_000);
	expect(budget.delay("write", "example.net")).toBe(0);
	expect(budget.delay("read", DOMAIN)).toBe(0);
});

test("what it has counted survives a restart; what deSEC did not want is tried again", async () => {
	const budget = createBudget({ now, wait });
	await budget.take("dyndns", DOMAIN);
	await budget.take("dyndns", DOMAIN);
	budget.refused("write", DOMAIN, 5000);
	const state = budgetStateSchema.parse(JSON.parse(JSON.stringify(budget.state())));
	const next = createBudget({ now, wait, state });
	expect([next.delay("dyndns", DOMAIN), next.delay("write", DOMAIN)]).toEqual([129_900, 100]);
});

test("a clock that was set back by a year does not close it for a year", async () => {
	const budget = createBudget({ now, wait });
	await budget.take("dyndns", DOMAIN);
	await budget.take("dyndns", DOMAIN);
	budget.refused("write", DOMAIN, 5000);
	time -= 365 * 86_400_000;
	expect(budget.delay("dyndns", DOMAIN)).toBe(130_000);
	expect(budget.delay("write", DOMAIN)).toBe(100);
});

test("a stop ends the wait with its own reason", async () => {
	const budget = createBudget();
	for (let count = 0; count < 2; count++) await budget.take("write", DOMAIN);
	const reason = new Error("stopping");
	const waiting = budget.take("write", DOMAIN, { signal: AbortSignal.abort(reason) });
	await expect(waiting).rejects.toBe(reason);
});
