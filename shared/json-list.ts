import { z } from "zod";

/**
 * Reads what `ip -j` and its like print, a JSON array: each entry by itself, so that one in an unknown form costs
 * itself alone. Throws when the text is no JSON array.
 *
 * @param onUnread called for each entry that is left out
 */
export function readJsonList<T>(text: string, schema: z.ZodType<T>, onUnread?: () => void): T[] {
	return readEach(z.array(z.unknown()).parse(JSON.parse(text || "[]")), schema, onUnread);
}

/** The same for a list inside one. */
export function readEach<T>(
	entries: readonly unknown[],
	schema: z.ZodType<T>,
	onUnread: () => void = () => {},
): T[] {
	return entries.filter(isFilled).flatMap((entry) => {
		const read = schema.safeParse(entry);
		if (read.success) return [read.data];
		onUnread();
		return [];
	});
}

/** An empty object is what older iproute2 prints for what it filtered out. */
function isFilled(entry: unknown): boolean {
	return typeof entry !== "object" || entry === null || Object.keys(entry).length > 0;
}
