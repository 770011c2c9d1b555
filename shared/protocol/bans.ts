import { z } from "zod";
import { parseClient } from "../banned-client.ts";
import { DAY, SECOND } from "../time.ts";

/**
 * What the parts `bans` of both sides tell each other in a check-in. The home tells what changed since a state that the
 * relay has confirmed, each state under a mark; a relay that is not at that state answers with its own mark, and is told
 * everything. Times are seconds to go, since the two clocks may differ.
 */

/** Clients that one home may have banned on the relay. */
export const mostBans = 1_000;

/** A ban lasts so long at most, in milliseconds. */
export const longestBan = 365 * DAY;

/** A client as the two sides write it, an IPv4 /32 or an IPv6 /64. */
const clientSchema = z
	.string()
	.max(60)
	.transform((text, context) => {
		try {
			return parseClient(text);
		} catch {
			context.addIssue({ code: "custom", message: "expected a client's address" });
			return z.NEVER;
		}
	});

const markSchema = z.string().regex(/^[0-9a-f]{16}$/);

export const bansSaidSchema = z.object({
	/** The state that this leads to. */
	mark: markSchema,
	/** The state that this is counted from; without it, from nothing. */
	since: markSchema.optional(),
	/** Clients, as a /32 or a /64, and for how many seconds more. */
	add: z
		.array(
			z.tuple([
				clientSchema,
				z
					.int()
					.min(1)
					.max(longestBan / SECOND),
			]),
		)
		.max(mostBans),
	remove: z.array(clientSchema).max(mostBans),
});
export type BansSaid = z.input<typeof bansSaidSchema>;

export const bansAnswerSchema = z.object({
	/** The state that the relay has; without it, none. */
	mark: markSchema.optional(),
	/** How many clients of this home are refused. */
	held: z.int().min(0),
	/** False while they get in on the relay all the same. */
	enforced: z.boolean(),
});
export type BansAnswer = z.infer<typeof bansAnswerSchema>;
