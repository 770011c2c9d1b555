import { defineConfig } from "vitest/config";

export default defineConfig({
	test: {
		// Unit tests mostly wait: for sockets, timers and programs.
		maxWorkers: 4,
		projects: [
			{
				test: {
					name: "unit",
					// Whoever runs the tests may read another language than they do.
					env: { LC_ALL: "C.UTF-8" },
					include: ["test/**/*.test.ts"],
					exclude: ["test/lab/**"],
					// A busy machine is slow, and no test is about that.
					testTimeout: 180_000,
					hookTimeout: 180_000,
					expect: { poll: { timeout: 30_000, interval: 10 } },
				},
			},
			{
				test: {
					name: "lab",
					include: ["test/lab/**/*.test.ts"],
					globalSetup: ["test/lab/global-setup.ts"],
					// Each file has a lab of its own. Two at a time, after the unit tests: hosts mostly wait too.
					maxWorkers: 2,
					sequence: { groupOrder: 1 },
					testTimeout: 120_000,
					hookTimeout: 600_000,
				},
			},
		],
	},
});
