import { writeFile } from "node:fs/promises";
import { availableParallelism, loadavg } from "node:os";
import { arranged, type Figure } from "./figure.ts";
import { table } from "./table.ts";

export interface Result {
	seed: number;
	quick: boolean;
	/** What the figures were measured on, with the load of the machine before. */
	machine: { loadBefore: number };
	troubles: readonly string[];
	figures: readonly Figure[];
}

/** The load of the machine over the last minute. */
export function load(): number {
	return loadavg()[0]!;
}

/** Prints the table, and writes every single sample into a file. */
export async function report(result: Result): Promise<void> {
	const { seed, machine, troubles } = result;
	const date = new Date().toISOString();
	const file = `bench-${date.slice(0, 19).replaceAll(":", "")}.json`;
	const figures = arranged(result.figures);
	// JSON has no infinity, which stands for "never".
	const never = (_: string, value: unknown) => (value === Number.POSITIVE_INFINITY ? "never" : value);
	await writeFile(file, `${JSON.stringify({ date, ...result, figures }, never, "\t")}\n`);
	console.log(`\n${table(figures)}`);
	for (const line of troubles) console.log(`- ${line}`);
	const cores = availableParallelism();
	console.log(
		`- load of the machine before: ${machine.loadBefore.toFixed(1)}, on ${cores} cores; seed ${seed}`,
	);
	if (machine.loadBefore > cores / 2)
		console.log("- the machine was busy with other things: on a quiet one the times are shorter");
	console.log(`\nevery sample, and what it was measured on: ${file}`);
}
