/** What a figure is judged by; `every` means its only sample, or the worst. */
export type Judged = "p95" | "max";

/** One thing that was measured, with every single sample. */
export interface Figure {
	name: string;
	/** `times`: one time by another; `` for what is only counted. */
	unit: "s" | "ms" | "MB" | "%" | "times" | "";
	samples: number[];
	/** How many single measurements are in the samples, where it is not one in each. */
	n?: number;
	/** What it must not exceed; without one it is only told. */
	goal?: { value: number; judged: Judged };
	/** What people use today, measured in the same run: how the name of the figure begins that it is compared with. */
	beside?: string;
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

/** What is compared with its goal: the sample that the goal is judged by; the worst, when there is no goal. */
export function seen({ goal, samples }: Figure): number {
	return percentile(samples, goal?.judged === "p95" ? 0.95 : 1);
}

/** True when the goal was reached; undefined when there is none. */
export function reached(figure: Figure): boolean | undefined {
	return figure.goal && seen(figure) <= figure.goal.value;
}

/** Each figure with what it is compared with below it, and at the end what has nothing to stand below. */
export function arranged(figures: readonly Figure[]): Figure[] {
	const own = figures.filter(({ beside }) => beside === undefined);
	const others = figures.filter(({ beside }) => beside !== undefined);
	const place = ({ beside = "" }: Figure) => own.findIndex(({ name }) => name.startsWith(beside));
	return [
		...own.flatMap((figure, at) => [figure, ...others.filter((other) => place(other) === at)]),
		...others.filter((other) => place(other) === -1),
	];
}
