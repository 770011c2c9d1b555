import type { RunCommand } from "../command.ts";
import { HeimwegError, remedyOf } from "../errors.ts";

/**
 * Makes Postfix try messages again now, whatever it thought of their destination; those that are gone by then, or
 * under way, are no error. Throws when Postfix cannot be told.
 */
export type Flush = (queueIds: readonly string[], signal?: AbortSignal) => Promise<void>;

/** Commands that run at once: more would only take the processor from the deliveries that they start. */
const atOnce = 4;

/**
 * Flushes message by message, `postqueue -i` (postqueue(1)). It is the one way that lifts the dead mark of the
 * message's own destination and of no other, and it finds what the per-domain log behind `postqueue -s` has lost.
 */
export function postfixFlush(run: RunCommand): Flush {
	return async (queueIds, signal) => {
		const rest = queueIds.values();
		let failure: unknown;
		async function work(): Promise<void> {
			for (const id of rest) {
				if (failure || signal?.aborted) return;
				if (!/^[0-9A-Za-z]{5,32}$/.test(id)) continue;
				await run("postqueue", ["-i", id], signal ? { signal } : {}).catch((error) => {
					failure ??= error;
				});
			}
		}
		await Promise.all(Array.from({ length: atOnce }, work));
		if (!failure) return;
		throw new HeimwegError(`Postfix cannot be told to deliver what waits: ${(failure as Error).message}`, {
			remedy:
				remedyOf(failure) ??
				'look whether Postfix runs ("systemctl status postfix"), and whether user heimweg is in group postdrop',
			cause: failure,
		});
	};
}
