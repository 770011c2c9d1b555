/** What vitest's JSON reporter writes, as far as it is read here. */
export interface VitestReport {
	success: boolean;
	numPassedTests: number;
	numFailedTests: number;
	numPendingTests: number;
	numTodoTests: number;
	testResults: Array<{
		name: string;
		status: string;
		message?: string;
		assertionResults: Array<{ status: string }>;
	}>;
}

export interface Tally {
	passed: number;
	failed: number;
	skipped: number;
}

/**
 * Counts a test run. What failed without being a test counts as one failure each: a file that could not be loaded, a
 * hook, an error that nobody caught, a vitest that ended early. So no failed run has "0 failed".
 */
export function tallyOf(report: VitestReport | undefined, exitCode: number | undefined): Tally {
	if (!report) return { passed: 0, failed: 1, skipped: 0 };
	const brokenFiles = report.testResults.filter(
		(file) => file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed"),
	).length;
	const known = report.numFailedTests + brokenFiles;
	const skipped = report.numPendingTests + report.numTodoTests;
	const well = exitCode === 0 && report.success && report.numPassedTests + skipped > 0;
	return { passed: report.numPassedTests, failed: known > 0 || well ? known : 1, skipped };
}

/** `3 passed, 0 failed`, and what was skipped when anything was. */
export function tallyText({ passed, failed, skipped }: Tally): string {
	const rest = skipped > 0 ? `, ${skipped} skipped` : "";
	return `${passed} passed, ${failed} failed${rest}`;
}
