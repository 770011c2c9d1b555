/** The fields of a line that holds a JSON object, as postqueue(1) and journalctl(1) print; of any other line none. */
export function fieldsOf(line: string): Record<string, unknown> {
	try {
		const value: unknown = JSON.parse(line);
		return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
	} catch {
		return {};
	}
}
