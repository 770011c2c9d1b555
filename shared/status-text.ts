import { type ActiveCondition, spanOf } from "./health.ts";

/** Rows of a status as people read them: a name, and what is to say of it. */
export function statusRows(rows: ReadonlyArray<readonly [string, string]>): string {
	const width = Math.max(...rows.map(([name]) => name.length));
	return rows.map(([name, text]) => `${name.padEnd(width)}  ${text}`).join("\n");
}

/** What is wrong, with what to do; a sentence of comfort when nothing is. */
export function conditionsText(conditions: readonly ActiveCondition[], now: Date = new Date()): string {
	if (conditions.length === 0) return "Nothing is wrong.";
	return conditions
		.map((c) => {
			const since = spanOf(Math.max(0, Math.round((now.getTime() - Date.parse(c.since)) / 1000)));
			const lines = [`${c.severity.toUpperCase()} for ${since}: ${c.text}  [${c.code}]`];
			if (c.remedy) lines.push(`  what to do: ${c.remedy}`);
			return lines.join("\n");
		})
		.join("\n");
}
