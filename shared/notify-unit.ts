import { z } from "zod";
import { HeimwegError } from "./errors.ts";
import { SECOND } from "./time.ts";
import { askUnit } from "./unit-exchange.ts";
import { say } from "./words/say.ts";

/** What the unit answers: whether the command did its work, and else why not. */
export const outcomeSchema = z.union([
	z.object({ ok: z.literal(true) }),
	z.object({ ok: z.literal(false), error: z.string().max(4_000), remedy: z.string().max(4_000).optional() }),
]);
export type Outcome = z.infer<typeof outcomeSchema>;

/** The socket of the unit that runs the command of this program; systemd listens there. */
export function notifySocket(program: string): string {
	return `/run/${program}-notify.socket`;
}

/** Milliseconds: the command has 30 s, and its unit has to start first. */
const patience = 45 * SECOND;

/** The longest answer, in bytes. */
const longestAnswer = 16_384;

/**
 * Gives a notice, one line, to the unit that runs the owner's command as a user of its own, and waits until it was told.
 * Throws a HeimwegError when it was not. While the line stays open the unit goes on: it ends the command with it.
 */
export async function tellUnit(path: string, line: string, outer: AbortSignal): Promise<void> {
	const text = await askUnit(path, line, outer, {
		...{ patience, longestAnswer },
		words: {
			interrupted: say`notify.command was interrupted`,
			late: say`notify.command did not end within ${patience / SECOND} s`,
			tooLong: say`the unit that runs notify.command answered too much`,
			unreachable: (message) => say`the unit that runs notify.command cannot be reached (${message})`,
		},
	});
	const outcome = parseOutcome(text);
	if (!outcome)
		throw new HeimwegError("the unit that runs notify.command ended without an answer", {
			remedy: "look at \"journalctl -u 'heimweg*-notify@*'\"",
		});
	if (outcome.ok) return;
	throw new HeimwegError(outcome.error, outcome.remedy ? { remedy: outcome.remedy } : {});
}

function parseOutcome(text: string): Outcome | undefined {
	try {
		return outcomeSchema.parse(JSON.parse(text));
	} catch {
		return undefined;
	}
}
