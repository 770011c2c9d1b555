/** What a figure is judged by; `every` means its only sample, or the worst. */
export type Judged = "p95" | "max";

/** One thing that was measured, with every single sample. */
export interface Figure {
	name: string;
	/** `times`: one time by another; `` for what is only counted. */
	unit: "s" | "MB" | "%" | "times" | "";
	samples: number[];
	/** How many single measurements are in the samples, where it is not one in each. */
	n?: number;
	/** What it must not exceed; without one it is only told. */
	goal?: { value: number; judged: Judged };
	/** What people use today, measured in the same run. */
	today?: boolean;
	/** How it was measured, where the name does not say it all. */
	note?: string;
	/** More that was measured on the way, for the file. */
	details?: unknown;
}

/**
 * The sample that `share` of all samples do not exceed (nearest rank): of 20, the p95 is the 19th. A measurement that
 * never ended counts as infinite. Without samples: NaN.
 */
export function percentile(samples: readonly number[], share: number): number {
	const sorted = [...samples].sort((a, b) => a - b);
	return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** True when the goal was reached; undefined when there is none. */
export function reached({ goal, samples }: Figure): boolean | undefined {
	if (!goal) return undefined;
	return percentile(samples, goal.judged === "p95" ? 0.95 : 1) <= goal.value;
}
