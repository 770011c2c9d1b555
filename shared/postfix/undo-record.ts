import { z } from "zod";

const valueSchema = z.string().nullable();

/** What Heimweg has set, and what was there before (null: nothing); enough to take back just that. */
export const undoSchema = z.object({
	version: z.literal(1),
	parameters: z.record(
		z.string(),
		z.object({ before: valueSchema, set: z.string(), element: z.string().optional() }),
	),
	/** By the service's name; one that listens on a port as `NAME/inet`. */
	services: z.record(z.string(), z.object({ before: valueSchema, set: z.string() })),
});
export type UndoRecord = z.infer<typeof undoSchema>;

export const emptyUndo: UndoRecord = { version: 1, parameters: {}, services: {} };
