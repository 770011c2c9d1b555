import { type Allowance, newAllowance } from "../../shared/allowance.ts";
import type { Backoff } from "../../shared/backoff.ts";
import { type Attempt, dueAfter } from "../../shared/postfix/attempts.ts";
import { MINUTE } from "../../shared/time.ts";
import type { QueuedMail } from "./waiting.ts";

/** What is known of the mail that one home has in the queue; times in milliseconds on a steady clock. */
export interface Account {
	mails: readonly QueuedMail[];
	/** ISO 8601: since when there has always been some mail that waits. */
	since: string | undefined;
	/** How often, and when last, Postfix was told to deliver a mail; `failed` when it was seen to be back since. */
	tries: Map<string, Attempt & { failed: boolean }>;
	/** What was in `incoming` at the last look: normally a mail is there for no time at all. */
	incoming: ReadonlySet<string>;
	/** The mail server greeted us, and no delivery has failed since. */
	answers: boolean;
	/** It was asked, and did not. */
	silent: boolean;
	/** Until when the queue is looked at closely. */
	closeUntil: number;
	/** When the mail server was last found to answer after it had not: what was told of the mail that waited then. */
	told: { at: number; mails: number } | undefined;
	/** Returns that still get everything tried at once. */
	allowance: Allowance;
}

/** What status, agent and metrics tell of a home's waiting mail. */
export interface WaitingMail {
	mails: number;
	/** ISO 8601: since when there has always been some. */
	since: string;
	/** ISO 8601: when the oldest of them came to the relay. */
	oldest: string;
}

/** Milliseconds after a return during which mail that was caught by the outage can still fail and be deferred. */
export const closeFor = 35_000;

/**
 * Before the next try of a mail: sooner than shared/postfix/redelivery.ts, which waits for something that has just come
 * back to settle, since here the home's mail server has greeted us, and each home is looked at by itself.
 */
const pauses: Backoff = { first: 400, max: 10 * MINUTE };

/** Seconds after its arrival that a mail on its way counts as waiting. */
const swift = 10;

/** Tries after which a mail counts as one that the home's server does not want now. */
const stubborn = 6;

export function newAccount(): Account {
	return {
		mails: [],
		since: undefined,
		tries: new Map(),
		incoming: new Set(),
		answers: false,
		silent: false,
		closeUntil: 0,
		told: undefined,
		allowance: newAllowance(),
	};
}

/**
 * The home, or its mail server, is back: whatever failed before is worth a new try. A home that comes and goes uses
 * up its allowance, and its mail is then tried again at growing intervals like any other.
 */
export function comeBack(account: Account, now: number): void {
	if (!account.allowance.take(now)) return;
	account.tries.clear();
	account.closeUntil = now + closeFor;
}

/** Takes what the queue holds for the home now. */
export function takeStock(account: Account, mails: readonly QueuedMail[], wallClock: Date): void {
	for (const { id, queue } of mails) {
		const last = account.tries.get(id);
		if (queue !== "deferred" || !last || last.failed) continue;
		last.failed = true;
		// A delivery that we asked for did not succeed: the server is looked at before the next.
		account.answers = false;
	}
	account.mails = mails;
	const ids = new Set(mails.map(({ id }) => id));
	for (const id of account.tries.keys()) if (!ids.has(id)) account.tries.delete(id);
	const waits = waiting(account, wallClock).length > 0;
	account.since = waits ? (account.since ?? wallClock.toISOString()) : undefined;
}

/** The mails that Postfix would leave alone now, and whose time for another try has come; the oldest first. */
export function dueMails(account: Account, now: number): QueuedMail[] {
	return parked(account)
		.filter(({ id }) => dueAt(account, id) <= now)
		.sort((a, b) => a.arrived - b.arrived);
}

/** When the next of the mails that wait may be tried; infinity when there is none. */
export function nextDue(account: Account): number {
	let first = Number.POSITIVE_INFINITY;
	for (const { id } of parked(account)) first = Math.min(first, dueAt(account, id));
	return first;
}

function dueAt(account: Account, id: string): number {
	return dueAfter(account.tries.get(id), pauses);
}

function parked(account: Account): QueuedMail[] {
	return account.mails.filter(
		({ id, queue }) => queue === "deferred" || (queue === "incoming" && account.incoming.has(id)),
	);
}

/** A mail was on its way at the last look, and has been for so long that it counts as waiting if it still is. */
export function isOverdue(account: Account, wallClock: Date): boolean {
	return account.since === undefined && waiting(account, wallClock).length > 0;
}

/** Ends a look: what is in `incoming` the next time too is stuck there. */
export function rememberIncoming(account: Account): void {
	account.incoming = new Set(account.mails.filter(({ queue }) => queue === "incoming").map(({ id }) => id));
}

export function noteTry(account: Account, id: string, now: number): void {
	account.tries.set(id, { count: (account.tries.get(id)?.count ?? 0) + 1, at: now, failed: false });
}

/** Why the oldest of the mails that were tried often, and always came back, is still here. */
export function reasonForStaying(account: Account): string | undefined {
	const mail = parked(account).find(({ id }) => (account.tries.get(id)?.count ?? 0) >= stubborn);
	return mail && (mail.reason ?? "no reason").replaceAll(/[^ -~]/g, "").slice(0, 200);
}

/** What to tell of a home's waiting mail; undefined when none waits. */
export function waitingMail(account: Account, wallClock: Date): WaitingMail | undefined {
	// As of the last look: a mail that was on its way then may be delivered by now, and would seem to grow old.
	const mails = account.since === undefined ? [] : waiting(account, wallClock);
	if (mails.length === 0) return undefined;
	const oldest = mails.reduce((first, { arrived }) => Math.min(first, arrived), Number.POSITIVE_INFINITY);
	return {
		mails: mails.length,
		since: account.since!,
		oldest: new Date(oldest * 1000).toISOString(),
	};
}

function waiting(account: Account, wallClock: Date): QueuedMail[] {
	const seconds = wallClock.getTime() / 1000;
	return account.mails.filter(({ queue, arrived }) => queue === "deferred" || seconds - arrived > swift);
}
