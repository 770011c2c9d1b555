import { z } from "zod";
import { addressSchema } from "../../shared/config.ts";
import type { Look } from "../../shared/protocol/reach.ts";
import { MINUTE } from "../../shared/time.ts";

/** Two looks must lie so far apart to prove that nobody reaches an address. */
export const proofAfter = 10 * MINUTE;

/**
 * What is known of an address from outside. `reachable` is proven: our own key answered. `answers` is believed: somebody
 * takes connections. `another_key`: somebody who is not us. `silent`: nobody.
 */
const foundSchema = z.enum(["reachable", "answers", "another_key", "silent", "unknown"]);
export type Found = z.infer<typeof foundSchema>;

export const familyReachSchema = z.object({
	address: addressSchema,
	found: foundSchema,
	/** Ports that nobody answers at, though another one is ours. */
	silentPorts: z.array(z.int()),
	/** Which look this is of. */
	at: z.string(),
	/** It is proven by two looks that we are not reached there. */
	refuted: z.boolean(),
	/** When the first of the looks that say so was heard of; milliseconds, steady; undefined when there is none. */
	badSince: z.number().optional(),
});
export type FamilyReach = z.infer<typeof familyReachSchema>;

/** What one look says. */
export function foundBy({ ports }: Pick<Look, "ports">): Found {
	const all = new Set(ports.map(({ verdict }) => verdict));
	if (all.has("same_key")) return "reachable";
	if (all.has("other_key")) return "another_key";
	if (all.has("answers")) return "answers";
	// A port where the service does not run takes nothing from the silence at another.
	return all.has("silent") ? "silent" : "unknown";
}

/** What is known after a look. `now`: milliseconds, steady. Pure. */
export function afterLook(before: FamilyReach | undefined, look: Look, now: number): FamilyReach {
	const known = before?.address === look.address ? before : undefined;
	if (known?.at === look.at) return known;
	const found = foundBy(look);
	const silentPorts = look.ports.flatMap(({ port, verdict }) => (verdict === "silent" ? [port] : []));
	const fresh = { address: look.address, found, silentPorts, at: look.at };
	// A look that tells nothing neither proves nor takes back.
	if (found === "unknown")
		return { ...fresh, refuted: known?.refuted ?? false, ...(known?.refuted ? { badSince: now } : {}) };
	const bad = found === "another_key" || found === "silent";
	if (!bad) return { ...fresh, refuted: false };
	// Silence where the relay itself may have no connection is no proof.
	if (!look.familyWell && found === "silent") return { ...fresh, refuted: known?.refuted ?? false };
	const badSince = known?.badSince ?? now;
	return { ...fresh, badSince, refuted: (known?.refuted ?? false) || now - badSince >= proofAfter };
}

/** The relay was not there: what was not proven yet begins anew. */
export function afterOutage(before: FamilyReach): FamilyReach {
	const { badSince: _, ...rest } = before;
	return rest;
}
