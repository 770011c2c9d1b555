import { expect, it } from "vitest";
import { tallyOf, tallyText, type VitestReport } from "./tally.ts";

const report = (changes: Partial<VitestReport> = {}): VitestReport => ({
	success: true,
	numPassedTests: 7,
	numFailedTests: 0,
	numPendingTests: 0,
	numTodoTests: 0,
	testResults: [],
	...changes,
});

it("counts what passed, failed and was skipped", () => {
	const counted = tallyOf(
		report({ success: false, numFailedTests: 2, numPendingTests: 3, numTodoTests: 1 }),
		1,
	);
	expect(tallyText(counted)).toBe("7 passed, 2 failed, 4 skipped");
	expect(tallyText(tallyOf(report(), 0))).toBe("7 passed, 0 failed");
});

it("counts a test file that could not be loaded as one failure", () => {
	const testResults = [
		{ name: "broken.test.ts", status: "failed", message: "SyntaxError", assertionResults: [] },
		{ name: "red.test.ts", status: "failed", assertionResults: [{ status: "failed" }] },
	];
	expect(tallyOf(report({ success: false, numFailedTests: 1, testResults }), 1).failed).toBe(2);
});

it("never calls a run a success in which vitest crashed, ran nothing or reported an error of its own", () => {
	expect(tallyOf(undefined, 0)).toEqual({ passed: 0, failed: 1, skipped: 0 });
	expect(tallyOf(report(), 1).failed).toBe(1);
	expect(tallyOf(report(), undefined).failed).toBe(1);
	expect(tallyOf(report({ success: false }), 0).failed).toBe(1);
	expect(tallyOf(report({ numPassedTests: 0 }), 0).failed).toBe(1);
});

it("calls a run well in which every test was skipped, as the lab's are without root", () => {
	const counted = tallyOf(report({ numPassedTests: 0, numPendingTests: 31 }), 0);
	expect(tallyText(counted)).toBe("0 passed, 0 failed, 31 skipped");
});
