import { z } from "zod";
import { hostnameSchema } from "../../config.ts";
import type { Plan, PlannedChange } from "../plan/plan.ts";
import type { TokenPolicy } from "../provider.ts";

/** What the command line asks the daemon for: its argument, in JSON. */
const placeSchema = z.object({
	name: hostnameSchema.or(z.string().regex(/^(?:[a-z0-9_*-]+\.)+[a-z0-9-]+$/)),
	type: z.string().regex(/^[A-Z][A-Z0-9]*$/),
});

/** For a plan: what may be taken over, and whether it is about taking the last apply back. */
export const askedPlanSchema = z.object({ take: z.array(placeSchema).max(50), undo: z.boolean() });
export type AskedPlan = z.infer<typeof askedPlanSchema>;

/** For an apply: the plans that somebody has said yes to, by zone. */
export const askedApplySchema = askedPlanSchema.extend({
	agreed: z.record(z.string(), z.string().regex(/^[0-9a-f]{16}$/)),
});
export type AskedApply = z.infer<typeof askedApplySchema>;

/** What a plan looks like outside the daemon; `heimweg dns plan --json` prints a list of these. */
export type ShownPlan = Omit<Plan, "owned">;

/** What an apply did in a zone. */
export interface ShownApply {
	zone: string;
	done: readonly PlannedChange[];
	/** What somebody's write had taken away meanwhile, and that was put back. */
	putBack: readonly PlannedChange[];
	leftOut: Plan["leftOut"];
	/** Milliseconds until the zone's name servers answered all of it, or what they did not answer in time. */
	visible: { after: number } | { missing: string };
	/** Milliseconds until the provider had it. */
	took: number;
	/** Where the zone is kept as it was before. */
	snapshot?: string;
}

/** The policies that are enough, and, for a token that was asked about, what it lacks and has beyond them. */
export interface ShownPolicies {
	wanted: TokenPolicy[];
	missing?: TokenPolicy[];
	beyond?: TokenPolicy[];
}
