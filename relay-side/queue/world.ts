import { Resolver } from "node:dns/promises";
import { codeOf } from "../../shared/errors.ts";
import type { Health } from "../../shared/health.ts";
import { heldUp } from "../../shared/postfix/held-up.ts";
import type { QueuedMessage } from "../../shared/postfix/queue.ts";
import type { ReasonKind } from "../../shared/postfix/reason-rules.ts";
import { MINUTE, SECOND } from "../../shared/time.ts";
import { say } from "../../shared/words/say.ts";
import { worldMailWaits } from "./conditions.ts";

export interface WorldMailOptions {
	/** Whether a recipient is at one of the homes. */
	atHome(address: string): boolean;
	/** Whether this machine's resolver answers at all. */
	resolverAnswers(): Promise<boolean>;
	health: Health;
	/** Seconds since 1970. */
	now?: () => number;
}

/** Seconds that mail may wait for the world before it is told: a greylisting server wants no more. */
const patience = MINUTE / SECOND;

/**
 * Looks at what the relay should send out, as the queue is read anyway: mail for the world that waits for a reason of this
 * machine's own. What a server out there says is between it and the sender.
 */
export function createWorldMail(options: WorldMailOptions): {
	/** Passes the messages on; when the last one has passed, it tells what it saw. */
	through(messages: AsyncIterable<QueuedMessage>): AsyncIterable<QueuedMessage>;
} {
	const { health } = options;
	const now = options.now ?? (() => Date.now() / 1000);

	async function* through(messages: AsyncIterable<QueuedMessage>): AsyncGenerator<QueuedMessage> {
		const waiting = heldUp((address) => (options.atHome(address) ? undefined : { here: say`this relay` }));
		for await (const message of messages) {
			if (now() - message.arrival_time >= patience) waiting.see(message);
			yield message;
		}
		await tell(waiting.found);
	}

	async function tell(found: ReturnType<typeof heldUp>["found"]): Promise<void> {
		const holding = new Set<ReasonKind>();
		for (const [kind, { at, domains, text, cause, advice }] of found) {
			if (at !== "here") continue;
			// One domain whose name servers are broken looks the same as a dead resolver.
			if (kind === "resolver" && domains.size < 3 && (await options.resolverAnswers())) continue;
			holding.add(kind);
			// The first words stand: each new mail's would be told of anew.
			if (!health.has(worldMailWaits, kind)) health.set(worldMailWaits, kind, { text, cause, advice });
		}
		for (const { code, subject } of health.list())
			if (code === worldMailWaits.code && !holding.has(subject as ReasonKind))
				health.clear(worldMailWaits, subject);
	}

	return { through };
}

/** Milliseconds that the resolver gets for an answer, and how often it is asked. */
const resolverPatience = { timeout: 2 * SECOND, tries: 2 };

/** What says that nobody answers; any other answer, also a refusal, comes from a resolver that works. */
const deadCodes = new Set(["ECONNREFUSED", "ETIMEOUT", "ESERVFAIL", "ECANCELLED", "ENETUNREACH"]);

/** Asks this machine's resolver for the root's name servers, which every resolver has. */
export async function resolverAnswers(): Promise<boolean> {
	try {
		await new Resolver(resolverPatience).resolveNs(".");
		return true;
	} catch (error) {
		return !deadCodes.has(codeOf(error) ?? "");
	}
}
