import type { Measured } from "./story.ts";
import { seconds } from "./teller.ts";

/** The table at the end. */
export function summaryText(measured: Measured): string {
	const width = Math.max(...measured.map(({ what }) => what.length));
	const rows = measured.map(
		({ what, milliseconds }) => `  ${what.padEnd(width)}  ${seconds(milliseconds, 2).padStart(8)}`,
	);
	return ["\nMeasured in this run", ...rows, ""].join("\n");
}
