import type { RunCommand } from "../../shared/command.ts";
import type { Health } from "../../shared/health.ts";
import type { WaitingMail } from "./account.ts";
import { mailOld } from "./conditions.ts";

/** Milliseconds after which mail that waits is worth a word to its owner. */
const old = 24 * 3_600_000;

/** Tells of homes whose oldest mail has waited for a day, and when it will go back to its sender. */
export function createOldMail(options: {
	run: RunCommand;
	waiting(home: string): WaitingMail | undefined;
	health: Health;
	now?: () => number;
}): { review(homes: Iterable<string>): Promise<void> } {
	const { health } = options;
	const now = options.now ?? Date.now;
	const told = new Set<string>();
	return {
		async review(homes) {
			const oldest = new Map<string, number>();
			for (const home of homes) {
				const waiting = options.waiting(home);
				const arrived = waiting && Date.parse(waiting.oldest);
				if (arrived !== undefined && now() - arrived >= old) oldest.set(home, arrived);
			}
			const lifetime = oldest.size > 0 ? await queueLifetime(options.run) : undefined;
			for (const home of told) {
				if (oldest.has(home)) continue;
				told.delete(home);
				health.clear(mailOld, home);
			}
			for (const [home, arrived] of oldest) {
				told.add(home);
				health.set(mailOld, home, {
					arrived: stamp(arrived),
					...(lifetime === undefined ? {} : { returns: stamp(arrived + lifetime) }),
				});
			}
		},
	};
}

/** Milliseconds that Postfix keeps mail it cannot deliver (maximal_queue_lifetime); undefined when it does not tell. */
async function queueLifetime(run: RunCommand): Promise<number | undefined> {
	const text = await run("postconf", ["-x", "-h", "maximal_queue_lifetime"]).catch(() => "");
	return postfixSpan(text.trim());
}

/** Reads a time of Postfix's, `5d`; without a unit these are days (postconf(5), maximal_queue_lifetime). */
export function postfixSpan(text: string): number | undefined {
	const [, number, unit = "d"] = /^(\d+)([smhdw])?$/.exec(text) ?? [];
	if (number === undefined) return undefined;
	return Number(number) * { s: 1e3, m: 6e4, h: 36e5, d: 864e5, w: 6048e5 }[unit]!;
}

/** A moment in words: `2026-01-02 03:04 UTC`. */
function stamp(at: number): string {
	return `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
