import { z } from "zod";

/** Records that were applied, or found as wanted: they are ours, and nothing else is. */
export const appliedRecordSchema = z.object({
	kind: z.string(),
	/** Full name. */
	name: z.string(),
	type: z.string(),
	records: z.array(z.string()),
	/** They hold something of somebody else's too, or were found: what is as good as wanted stays as it is. */
	shared: z.literal(true).optional(),
});
export type AppliedRecord = z.infer<typeof appliedRecordSchema>;

const stateOfRRset = z.object({ ttl: z.int(), records: z.array(z.string()) }).nullable();

/** What one apply did to an RRset; null: there was none, or is none. */
const doneSchema = z.object({
	subname: z.string(),
	type: z.string(),
	before: stateOfRRset,
	after: stateOfRRset,
});
export type Done = z.infer<typeof doneSchema>;

const applySchema = z.object({
	at: z.string(),
	done: z.array(doneSchema),
	/** What was ours before. */
	owned: z.array(appliedRecordSchema),
});
export type Apply = z.infer<typeof applySchema>;

/** What is remembered of a zone: what is ours in it, and the last applies, oldest first. */
export const zoneMemorySchema = z.object({
	owned: z.array(appliedRecordSchema),
	applies: z.array(applySchema),
});
export type ZoneMemory = z.infer<typeof zoneMemorySchema>;

/** By zone. */
export const zonesMemorySchema = z.record(z.string(), zoneMemorySchema);

/** Applies that can be undone, one after the other. */
export const rememberedApplies = 20;
