import type { ConditionKind, Health } from "../../shared/health.ts";

/** Makes a condition hold for exactly these subjects. */
export function tellAll<D>(health: Health, kind: ConditionKind<D>, found: ReadonlyMap<string, D>): void {
	for (const subject of health.subjects(kind)) if (!found.has(subject)) health.clear(kind, subject);
	for (const [subject, details] of found) health.set(kind, subject, details);
}
