import { failureOf } from "../../shared/conditions.ts";
import type { Health } from "../../shared/health.ts";
import type { Flush } from "../../shared/postfix/flush.ts";
import type { ListQueue } from "../../shared/postfix/queue.ts";
import { reasonOf } from "../../shared/postfix/reason.ts";
import { MINUTE, SECOND } from "../../shared/time.ts";
import { say } from "../../shared/words/say.ts";
import { holdFailing, mailHeld } from "./conditions.ts";
import { type HeldMail, heldByHome, letGo } from "./held.ts";

export interface HoldingOptions {
	/** Milliseconds that a mail is held. */
	limit: number;
	/** Made to ask for an end of it. */
	file: string;
	homeOf(address: string): string | undefined;
	/** Whether Postfix was told to hold. */
	holds(): Promise<boolean>;
	listQueue: ListQueue;
	flush: Flush;
	health: Health;
	/** Milliseconds since 1970. */
	now?: () => number;
}

export interface Holding {
	/** Tells what is held, and lets go what was held for long enough. */
	look(): Promise<void>;
	/**
	 * Lets go what is held for a home; says how many mails that are, and how many stay: Postfix sends a mail back to its
	 * sender as a whole, also for recipients elsewhere that may still get it.
	 */
	release(home: string): Promise<{ mails: number; stay: number }>;
	stop(): void;
}

/** Milliseconds until root's unit has done its work: then Postfix is to try what was let go. */
const done = 3 * SECOND;

/** Looks after mail that is held by soft_bounce, for which Postfix itself has no limit but maximal_queue_lifetime. */
export function createHolding(options: HoldingOptions): Holding {
	const { health, limit } = options;
	const now = options.now ?? Date.now;
	const ending = new AbortController();
	let timer: NodeJS.Timeout | undefined;

	const list = () => heldByHome(options.listQueue(ending.signal), options.homeOf);

	async function expire(mails: readonly HeldMail[]): Promise<number> {
		const ids = mails.map(({ id }) => id);
		const count = await letGo(options.file, ids);
		if (count === 0) return 0;
		clearTimeout(timer);
		timer = setTimeout(() => {
			void options.flush(ids.slice(0, count), ending.signal).catch(() => {});
		}, done);
		return count;
	}

	return {
		async look() {
			try {
				const held = await list();
				for (const { code, subject } of health.list())
					if (code === mailHeld.code && !held.has(subject)) health.clear(mailHeld, subject);
				for (const [home, mails] of held) tell(home, mails);
				const old = [...held.values()].flat().filter(({ arrived }) => now() - arrived >= limit);
				await expire(old.filter(({ letGo: gone, waits }) => !gone && !waits));
				if (await options.holds()) health.clear(holdFailing);
				else
					health.set(holdFailing, "", {
						error: say`postfix.hold is set in relay.toml, and Postfix does not know of it: mail still goes back`,
						remedy: 'run "heimweg-relay postfix --apply"',
					});
			} catch (error) {
				if (!ending.signal.aborted) health.set(holdFailing, "", failureOf(error));
			}
		},
		async release(home) {
			const held = (await list()).get(home) ?? [];
			const free = held.filter(({ waits, others }) => !waits && others.length === 0);
			return { mails: await expire(free), stay: held.length - free.length };
		},
		stop() {
			ending.abort();
			clearTimeout(timer);
		},
	};

	function tell(home: string, mails: readonly HeldMail[]): void {
		const oldest = mails.reduce((first, mail) => (mail.arrived < first.arrived ? mail : first));
		const { cause, advice } = reasonOf(oldest.text, { here: say`this relay`, there: say`the home ${home}` });
		// One that others may still get stays until Postfix itself gives it up.
		const next = Math.min(...mails.filter(({ waits }) => !waits).map(({ arrived }) => arrived));
		const until = Number.isFinite(next)
			? `${new Date(next + limit).toISOString().slice(0, 16).replace("T", " ")} UTC`
			: undefined;
		const { recipient, text } = oldest;
		health.set(mailHeld, home, { home, recipient, text, cause, advice, until });
	}
}

/** How often it is looked at. */
export const holdingPause: number = MINUTE / 2;
