import { type Figure, percentile, reached, seen } from "./figure.ts";

/**
 * The figures as a table for people: the goal and what was seen of it, from how many measurements; beside it the
 * middle and the worst. What people use today stands below what it is compared with.
 */
export function table(figures: readonly Figure[]): string {
	const head = ["figure", "goal", "seen", "", "n", "p50", "p95", "max"];
	const rows = [head, ...figures.map(row)];
	const widths = head.map((_, column) => Math.max(...rows.map((cells) => cells[column]!.length)));
	const line = (cells: string[]) =>
		cells
			.map((cell, column) =>
				column === 0 || column === 3 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!),
			)
			.join("  ")
			.trimEnd();
	const notes = figures.flatMap(({ name, note }) => (note ? [`- ${name}: ${note}`] : []));
	const rule = "-".repeat(widths.reduce((sum, width) => sum + width + 2, -2));
	return [line(head), rule, ...rows.slice(1).map(line), "", ...notes].join("\n");
}

function row(figure: Figure): string[] {
	const { name, unit, samples, goal, beside, n } = figure;
	const value = (number: number) => {
		if (!Number.isFinite(number)) return "never";
		if (unit === "") return String(number);
		return `${number.toFixed(unit === "MB" ? 1 : 2)} ${unit}`;
	};
	const at = (share: number) => (samples.length > 1 ? value(percentile(samples, share)) : "");
	const verdict = samples.length === 0 ? "NOT MEASURED" : reached(figure) ? "reached" : "MISSED";
	return [
		`${beside === undefined ? "" : "  today: "}${name}`,
		goal ? `${goal.judged === "p95" ? "p95 " : ""}${goal.value}${unit && ` ${unit}`}` : "",
		samples.length > 0 ? value(seen(figure)) : "",
		goal ? verdict : "",
		String(n ?? samples.length),
		...[at(0.5), at(0.95), at(1)],
	];
}
