import { SECOND } from "../../shared/time.ts";
import { watchLoss } from "./loss.ts";

export interface LedgerOptions {
	/** Milliseconds between two pulses. */
	interval: number;
	/** So large a share of the pulses (0 to 1) has gone unanswered that mail is slow; undefined when that is over. */
	onLoss(share: number | undefined): void;
	/** A pulse as large as the tunnel takes was answered, or, although small ones are, not. */
	onLarge(passed: boolean): void;
}

/** A pulse whose answer is waited for; times in milliseconds on a steady clock. */
interface Sent {
	at: number;
	large: boolean;
	lost?: boolean;
}

/** Which pulses were answered, and what that says of the line. */
export interface Ledger {
	sent(key: string, large: boolean): void;
	/** How many milliseconds ago the pulse was sent; undefined when its answer is not waited for. */
	answered(key: string, lastAnswer: number): number | undefined;
	/** Nothing was answered for so long that the tunnel counts as dead. */
	silent(): void;
	/** Counts what is overdue; true when a pulse as large as the tunnel takes is due. */
	review(): boolean;
	/** Pulses that may go unanswered before the tunnel counts as dead. */
	tolerated(): number;
}

/** On a usual line; and on one that is known to lose many, where three in a row are nothing. */
const lostAfter = 3;
const lostAfterOnLossy = 6;

/** Pulses: a silence that is over sooner is a line that loses many, a longer one is an outage. */
const shortSilence = 5.5;

/** How long a pulse's answer may take before it counts as lost. */
const patience = 2 * SECOND;

/** How long between two full-size pulses, and how many of them in a row must be lost to be believed. */
const largeEvery = 60 * SECOND;
const largeTries = 3;

/** The same while they are known to be lost: who mends the line wants to see it. */
const largeAgain = 15 * SECOND;

/** Until the first one after the start. */
const largeFirst = 10 * SECOND;

/** Pulses whose answer is still waited for, at most. */
const memory = 16;

export function createLedger(options: LedgerOptions): Ledger {
	const waiting = new Map<string, Sent>();
	const loss = watchLoss();
	let largeAt = performance.now() - largeEvery + largeFirst;
	let largeLost = 0;
	let silentUntil = 0;

	function seen(answered: boolean): void {
		const before = loss.heavy;
		loss.count(answered);
		if (loss.heavy !== before) options.onLoss(before ? undefined : loss.share);
	}

	/** Counts the small pulses whose answers are overdue. */
	function reviewSmall(now: number): void {
		for (const sent of waiting.values()) {
			if (sent.large || sent.lost || now - sent.at < patience) continue;
			sent.lost = true;
			// Those of a silence say that the tunnel was down, not that the line loses some.
			if (sent.at > silentUntil) seen(false);
		}
	}

	/** Every minute a large pulse, while small ones are answered; oftener while large ones are lost. */
	function reviewLarge(now: number): boolean {
		for (const [key, sent] of waiting) {
			if (!sent.large || now - sent.at < patience) continue;
			waiting.delete(key);
			largeLost += 1;
			if (largeLost >= largeTries) options.onLarge(false);
			else largeAt = now - largeEvery;
		}
		if (now - largeAt < (largeLost >= largeTries ? largeAgain : largeEvery)) return false;
		largeAt = now;
		return true;
	}

	return {
		sent(key, large) {
			waiting.set(key, { at: performance.now(), large });
			for (const oldest of waiting.keys()) {
				if (waiting.size <= memory) break;
				waiting.delete(oldest);
			}
		},
		answered(key, before) {
			const sent = waiting.get(key);
			if (!sent) return undefined;
			waiting.delete(key);
			const now = performance.now();
			// The pulses of a short silence count as lost after all.
			if (silentUntil > before && now - before < shortSilence * options.interval) silentUntil = before;
			if (sent.large) {
				largeLost = 0;
				options.onLarge(true);
			} else if (!sent.lost) seen(true);
			return now - sent.at;
		},
		silent() {
			silentUntil = performance.now();
		},
		review() {
			const now = performance.now();
			const due = reviewLarge(now);
			reviewSmall(now);
			return due;
		},
		tolerated: () => (loss.heavy ? lostAfterOnLossy : lostAfter),
	};
}
