import { z } from "zod";
import { addressSchema, hostnameSchema } from "../config.ts";

/** The ports that a relay ever tries: mail and the web. Nothing else, whoever asks. */
export const reachPorts = [25, 80, 443, 465, 587, 993] as const;

/**
 * What was found at a port from outside. `same_key`: the TLS key is the home's, as the relay sees it through the tunnel;
 * `answers`: somebody takes connections, who is not proven; `other_key`: somebody else; `silent`: nobody, or a
 * refusal, although the home answers there through the tunnel; `unknown`: it does not, or the relay could not try.
 */
const verdictSchema = z.enum(["same_key", "answers", "other_key", "silent", "unknown"]);
export type Verdict = z.infer<typeof verdictSchema>;

/** What the home says: at most one address a family counts. */
export const reachReportSchema = z.object({
	ports: z.array(z.int()).max(reachPorts.length),
	addresses: z.array(addressSchema).max(2),
	/** Names within its domains under which DNS has these addresses; an earlier version says none. */
	names: z.array(hostnameSchema).max(10).optional(),
});
export type ReachReport = z.infer<typeof reachReportSchema>;

const lookSchema = z.object({
	address: addressSchema,
	/** Names this look: another one has another stamp. */
	at: z.string().max(40),
	/** The relay is known to be well connected in this family: some home is here over it. */
	familyWell: z.boolean(),
	ports: z.array(z.object({ port: z.int(), verdict: verdictSchema })).max(reachPorts.length),
});
export type Look = z.infer<typeof lookSchema>;

/** What the relay answers: the last look at each address. */
export const reachAnswerSchema = z.object({ looks: z.array(lookSchema).max(2) });
