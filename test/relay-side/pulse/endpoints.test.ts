import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createEndpoints } from "../../../relay-side/pulse/endpoints.ts";
import { type Endpoint, parseEndpoint } from "../../../shared/address.ts";
import { workMeter } from "../../../shared/rest.ts";
import { MINUTE, SECOND } from "../../../shared/time.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const [a, b] = [parseEndpoint("198.51.100.7:1"), parseEndpoint("203.0.113.9:2")];

/** Reads that take a while; when each began is written down. */
function stage({ takes = 2 } = {}) {
	const began: number[] = [];
	const heard: string[] = [];
	const world = { seen: new Map<string, Endpoint>([["anna", a]]), fails: false, takes };
	const start = performance.now();
	const endpoints = createEndpoints({
		async read() {
			began.push(Math.round(performance.now() - start));
			const shown = new Map(world.seen);
			await new Promise((done) => setTimeout(done, world.takes));
			if (world.fails) throw new Error("no wg");
			return shown;
		},
		// By the test's clock; the time of the real processor is nothing.
		work: workMeter(undefined, () => performance.now()),
		onRead: (seen) => heard.push(seen.get("anna") === a ? "a" : "b"),
	});
	endpoints.start();
	return { endpoints, world, heard, reads: () => began.splice(0) };
}

test("without a reason WireGuard is asked once a minute", async () => {
	const { reads } = stage();
	await vi.advanceTimersByTimeAsync(10 * MINUTE);
	expect(reads()).toHaveLength(10);
});

test("a stir makes for a read at once, after 50 ms, 1 s and 6 s", async () => {
	const { endpoints, reads } = stage();
	endpoints.stir();
	await vi.advanceTimersByTimeAsync(20 * SECOND);
	expect(reads()).toEqual([0, 50, 1_000, 6_000]);
});

test("many stirs share their reads, and each has one at least as long after it", async () => {
	const { endpoints, reads } = stage();
	for (let n = 0; n < 100; n++) {
		endpoints.stir();
		await vi.advanceTimersByTimeAsync(5);
	}
	await vi.advanceTimersByTimeAsync(20 * SECOND);
	const times = reads();
	expect(times.at(-1)).toBeGreaterThanOrEqual(495 + 6_000);
	expect(times.filter((time) => time > 500 && time < 5_000).length).toBeLessThan(5);
	expect(times.some((time) => time >= 495 + 1_000 && time < 2_100)).toBe(true);
});

test("all reads together take a twentieth of a core at most, however many want one", async () => {
	for (const takes of [2, 20, 150, 900]) {
		const { endpoints, reads } = stage({ takes });
		const minutes = 10;
		const end = performance.now() + minutes * MINUTE;
		while (performance.now() < end) {
			endpoints.stir();
			await vi.advanceTimersByTimeAsync(100);
		}
		const busy = reads().length * takes;
		expect(busy, `${takes} ms each`).toBeLessThanOrEqual((minutes * MINUTE + 10 * SECOND) / 20 + takes);
		// And it is used.
		expect(busy).toBeGreaterThan(takes === 2 ? 5_000 : minutes * MINUTE * 0.04);
		endpoints.stop();
	}
});

test("the first reads after a rest come at once, also where each takes long", async () => {
	const { endpoints, reads } = stage({ takes: 150 });
	await vi.advanceTimersByTimeAsync(25 * SECOND);
	endpoints.stir();
	await vi.advanceTimersByTimeAsync(3 * SECOND);
	expect(reads()).toEqual([25_000, 25_150, 26_000]);
});

test("our own standing still during a read keeps nobody from reading again", async () => {
	const { endpoints, world, reads } = stage({ takes: 25 * SECOND });
	void endpoints.fresh();
	await vi.advanceTimersByTimeAsync(SECOND);
	world.takes = 2;
	await vi.advanceTimersByTimeAsync(25 * SECOND);
	void endpoints.fresh();
	await vi.advanceTimersByTimeAsync(15 * SECOND);
	expect(reads()[1]).toBeLessThan(40 * SECOND);
});

test("one read is under way at a time; who asks meanwhile gets what begins after that", async () => {
	const { endpoints, world, heard, reads } = stage({ takes: 20 });
	const first = endpoints.fresh();
	await vi.advanceTimersByTimeAsync(10);
	world.seen.set("anna", b);
	const second = endpoints.fresh();
	expect(endpoints.fresh()).toBe(second);
	await vi.advanceTimersByTimeAsync(40);
	expect([(await first)?.get("anna"), (await second)?.get("anna")]).toEqual([a, b]);
	expect(reads()).toEqual([0, 20]);
	expect(heard).toEqual(["a", "b"]);
	expect(endpoints.known().get("anna")).toBe(b);
});

test("after a read that failed nothing is known", async () => {
	const { endpoints, world } = stage();
	void endpoints.fresh();
	await vi.advanceTimersByTimeAsync(10);
	expect(endpoints.known().size).toBe(1);
	world.fails = true;
	const failed = endpoints.fresh();
	await vi.advanceTimersByTimeAsync(10);
	expect([await failed, endpoints.known().size]).toEqual([undefined, 0]);
});

test("who moved is looked at again after 6 s, until nobody moves any more", async () => {
	const { endpoints, world, reads } = stage();
	void endpoints.fresh();
	await vi.advanceTimersByTimeAsync(10);
	world.seen.set("anna", b);
	void endpoints.fresh();
	await vi.advanceTimersByTimeAsync(5 * SECOND);
	world.seen.set("anna", a);
	await vi.advanceTimersByTimeAsync(24 * SECOND);
	expect(reads()).toEqual([0, 10, 6_012, 12_014]);
});

test("after a stop nothing is read any more", async () => {
	const { endpoints, reads } = stage();
	endpoints.stir();
	endpoints.stop();
	await vi.advanceTimersByTimeAsync(MINUTE);
	endpoints.stir();
	await vi.advanceTimersByTimeAsync(MINUTE);
	expect(reads()).toEqual([0]);
});
