import { type Figure, percentile, reached } from "./figure.ts";

/** The figures as a table for people; what people use today stands below what it is compared with. */
export function table(figures: readonly Figure[]): string {
	const head = ["figure", "goal", "n", "p50", "p95", "max", ""];
	const rows = [head, ...figures.map(row)];
	const widths = head.map((_, column) => Math.max(...rows.map((cells) => cells[column]!.length)));
	const line = (cells: string[]) =>
		cells
			.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
			.join("  ")
			.trimEnd();
	const notes = figures.flatMap(({ name, note }) => (note ? [`- ${name}: ${note}`] : []));
	return [line(head), "-".repeat(line(head).length + 8), ...rows.slice(1).map(line), "", ...notes].join("\n");
}

function row(figure: Figure): string[] {
	const { name, unit, samples, goal, today } = figure;
	const value = (number: number) =>
		Number.isFinite(number) ? `${number.toFixed(unit === "MB" ? 1 : 2)} ${unit}` : "never";
	const at = (share: number) => (samples.length > 0 ? value(percentile(samples, share)) : "");
	return [
		`${today ? "  today: " : ""}${name}`,
		goal ? `${goal.judged === "p95" ? "p95 " : ""}${goal.value} ${unit}` : "",
		String(samples.length),
		...(samples.length > 1 ? [at(0.5), at(0.95)] : ["", ""]),
		at(1),
		goal ? (samples.length === 0 ? "NOT MEASURED" : reached(figure) ? "reached" : "MISSED") : "",
	];
}
