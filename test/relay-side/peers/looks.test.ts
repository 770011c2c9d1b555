import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { askedEvery, createLooks, share } from "../../../relay-side/peers/looks.ts";
import { createRest } from "../../../shared/rest.ts";
import { MINUTE, SECOND } from "../../../shared/time.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** Looks that take a while each. */
function stage(takes: number) {
	const world = { away: false, count: 0, last: performance.now() };
	const rest = createRest(share);
	const looks = createLooks({
		look() {
			world.count += 1;
			world.last = performance.now();
			rest.took(takes);
		},
		anyAway: () => world.away,
		lastLook: () => world.last,
		rest,
	});
	setInterval(looks.ask, askedEvery);
	return { looks, world };
}

test("peers are looked at once a minute while all homes are here, and six times while one is away", async () => {
	const { world } = stage(20);
	await vi.advanceTimersByTimeAsync(10 * MINUTE);
	expect(world.count).toBe(10);
	world.away = true;
	await vi.advanceTimersByTimeAsync(10 * MINUTE);
	expect(world.count).toBe(70);
});

test("when a home goes away its peer is looked at at once, also when it is one of thousands", async () => {
	const { looks, world } = stage(400);
	for (let n = 0; n < 1_000; n++) looks.soon();
	await vi.advanceTimersByTimeAsync(1);
	expect(world.count).toBe(1);
});

test("homes that come and go all the time make for looks of a twentieth of a core, and no more", async () => {
	const { looks, world } = stage(800);
	world.away = true;
	for (let n = 0; n < 6_000; n++) {
		looks.soon();
		await vi.advanceTimersByTimeAsync(100);
	}
	expect(world.count * 800).toBeLessThanOrEqual((10 * MINUTE + 10 * SECOND) / 20 + 800);
	expect(world.count * 800).toBeGreaterThan((10 * MINUTE * 0.9) / 20);
	looks.stop();
	const before = world.count;
	looks.soon();
	looks.stop();
	await vi.advanceTimersByTimeAsync(5);
	expect(world.count).toBe(before);
});
