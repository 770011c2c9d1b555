import { defineConfig } from "vitest/config";

const unit = {
	// Whoever runs the tests may read another language than they do.
	env: { LC_ALL: "C.UTF-8" },
	// A busy machine is slow, and no test is about that.
	testTimeout: 180_000,
	hookTimeout: 180_000,
	expect: { poll: { timeout: 30_000, interval: 10 } },
};

/** Files that need a process of their own: they put something in the place of a module, or measure memory. */
const alone = "test/**/*.alone.test.ts";

export default defineConfig({
	test: {
		// Unit tests mostly wait: for sockets, timers and programs.
		maxWorkers: 4,
		projects: [
			{
				test: {
					...unit,
					name: "unit",
					include: ["test/**/*.test.ts"],
					exclude: ["test/lab/**", alone],
					// Loading all modules anew for each file takes longer than the tests.
					isolate: false,
					setupFiles: ["test/leftovers.ts"],
				},
			},
			{ test: { ...unit, name: "unit-alone", include: [alone] } },
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
