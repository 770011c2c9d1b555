import { z } from "zod";
import { isOlder } from "../../shared/doctor/versions.ts";
import type { Health } from "../../shared/health.ts";
import { version } from "../../shared/version.ts";
import type { RelayFacts } from "../facts.ts";
import { registryOf } from "../facts.ts";

/** Domains, homes and conditions that the daemon names; a relay may have a hundred thousand. */
const mostTold = 100;

const conditionSchema = z.object({
	code: z.string(),
	subject: z.string(),
	severity: z.enum(["error", "warning"]),
	blocksMail: z.boolean(),
	text: z.string(),
	remedy: z.string(),
});

/** What only the running daemon knows, as it tells the doctor, who runs in a process of his own. */
export const toldSchema = z.object({
	version: z.string(),
	/** Some of the domains that are served. */
	domains: z.array(z.string()),
	/** Some of the homes that run an earlier version. */
	homes: z.array(z.object({ home: z.string(), version: z.string() })).default([]),
	/** What the daemon itself has found to be wrong, the worst first. */
	conditions: z.array(conditionSchema),
});
export type Told = z.infer<typeof toldSchema>;
export type ToldCondition = Told["conditions"][number];

/** What the daemon knows now. */
export function whatIsKnown(
	facts: RelayFacts,
	health: Pick<Health, "list">,
	versions: ReadonlyMap<string, string>,
	own: string = version,
): Told {
	const domains: string[] = [];
	for (const domain of servedDomains(facts)) if (domains.push(domain) >= mostTold) break;
	return {
		version,
		domains,
		homes: [...versions]
			.filter(([, of]) => isOlder(of, own))
			.slice(0, mostTold)
			.map(([home, of]) => ({ home, version: of })),
		conditions: health
			.list()
			// What the last look found is looked at anew.
			.filter(({ code }) => !code.startsWith("doctor."))
			.slice(0, mostTold)
			.map(({ code, subject, severity, blocksMail, text, remedy }) => ({
				...{ code, subject, severity, blocksMail, text, remedy },
			})),
	};
}

function* servedDomains(facts: RelayFacts): Iterable<string> {
	for (const home of registryOf(facts).homes.values()) yield* home.domains;
}
