import { join } from "node:path";
import { z } from "zod";
import { parseAddress } from "../../shared/address.ts";
import type { Health } from "../../shared/health.ts";
import type { Logger } from "../../shared/log.ts";
import { type SavedState, savedState } from "../../shared/saved-state.ts";

/** What the agent remembers across restarts: hints, which its first looks confirm or correct. */
const memorySchema = z.object({
	history: z
		.array(
			z.object({
				at: z.string(),
				family: z.union([z.literal(4), z.literal(6)]),
				address: z.string().transform((text): string => parseAddress(text)),
				source: z.string(),
			}),
		)
		.max(1_000),
	relay: z.array(z.string().transform((text) => parseAddress(text))),
});

export type Memory = z.infer<typeof memorySchema>;

/** The file in `stateDir` that holds it. */
export function agentMemory(stateDir: string, told: { health: Health; log: Logger }): SavedState<Memory> {
	return savedState(join(stateDir, "agent.json"), memorySchema, told);
}
