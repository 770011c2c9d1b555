import { afterEach, describe, expect, test, vi } from "vitest";
import { watchBanners } from "../../../relay-side/queue/banner.ts";
import type { Address } from "../../../shared/address.ts";

afterEach(() => {
	vi.useRealTimers();
});

describe("the watch", () => {
	const server = { address: "10.86.0.2" as Address, port: 25 };

	test("asks until the server answers, less often the longer that takes, and tells each time", async () => {
		vi.useFakeTimers();
		const asked: number[] = [];
		const told: string[] = [];
		const watch = watchBanners({
			ask: async () => {
				asked.push(performance.now());
				return asked.length < 60 ? "nothing listens on this port" : undefined;
			},
			onAnswer: (home) => told.push(`${home} answers`),
			onSilence: (home, reason) => told.push(`${home}: ${reason}`),
		});
		watch.look("anna", server);
		watch.look("anna", server);
		await vi.advanceTimersByTimeAsync(600_000);
		expect(asked).toHaveLength(60);
		expect(told).toHaveLength(60);
		expect(told.at(-1)).toBe("anna answers");
		const pauses = asked.slice(1).map((at, index) => at - asked[index]!);
		expect(Math.min(...pauses)).toBe(500);
		expect(Math.max(...pauses)).toBe(10_000);
		expect(pauses).toEqual([...pauses].sort((a, b) => a - b));
	});

	test("that is told to forget a home says nothing of it any more", async () => {
		vi.useFakeTimers();
		const told: string[] = [];
		const watch = watchBanners({
			ask: () => new Promise((resolve) => setTimeout(() => resolve(undefined), 1_000)),
			onAnswer: (home) => told.push(home),
			onSilence: (home) => told.push(home),
		});
		watch.look("anna", server);
		watch.look("bert", server);
		watch.forget("anna");
		await vi.advanceTimersByTimeAsync(5_000);
		expect(told).toEqual(["bert"]);
	});
});
