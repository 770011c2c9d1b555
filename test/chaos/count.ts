import type { Arrived, Copy } from "./copies.ts";
import type { Way } from "./plan.ts";
import type { PostedMail } from "./post.ts";

/** What became of the mails that went one way. */
export interface Count {
	mails: number;
	accepted: number;
	arrived: number;
	/** Accepted, and at the end still in a queue. */
	waiting: PostedMail[];
	/** Accepted, and in no mailbox and no queue. */
	lost: PostedMail[];
	/** Sent back to their senders. */
	returned: PostedMail[];
	/** Refused for good, although there was nothing wrong with them. */
	refused: PostedMail[];
	/** Not taken until the end: their sender still has them. */
	withSender: PostedMail[];
	/** Copies beyond the first because the sender got no answer, sent again, and both were taken. */
	sentAgain: number;
	/** Copies beyond the first that two mail servers made between them. */
	delivered: PostedMail[];
	/** Milliseconds from being accepted until the first copy lay in the mailbox, in ascending order. */
	delays: number[];
}

/** Counts the mails of one way; `waiting` are those in a queue. What is not accepted cannot be lost. */
export function count(
	way: Way,
	posted: readonly PostedMail[],
	{ home, internet }: Arrived,
	waiting: ReadonlySet<number> = new Set(),
): Count {
	const mails = posted.filter((mail) => mail.way === way);
	const there = byId(way === "in" ? home : internet);
	const back = byId(way === "in" ? internet : home);
	const accepted = mails.filter((mail) => mail.accepted !== undefined);
	const copies = ({ id }: PostedMail) => there.get(id) ?? [];
	const missing = accepted.filter((mail) => copies(mail).length === 0);
	return {
		mails: mails.length,
		accepted: accepted.length,
		arrived: accepted.filter((mail) => copies(mail).length > 0).length,
		waiting: missing.filter(({ id }) => waiting.has(id)),
		lost: missing.filter(({ id }) => !waiting.has(id)),
		returned: mails.filter(({ id }) => back.has(id)),
		refused: mails.filter(({ refusal }) => refusal !== undefined),
		withSender: mails.filter((mail) => mail.accepted === undefined && mail.refusal === undefined),
		sentAgain: sum(mails.map((mail) => Math.max(0, attemptsOf(copies(mail)) - 1))),
		delivered: mails.filter((mail) => copies(mail).length > attemptsOf(copies(mail))),
		delays: accepted
			.filter((mail) => copies(mail).length > 0)
			// The 250 may reach the sender after the mail has gone home.
			.map((mail) => Math.max(0, Math.min(...copies(mail).map(({ at }) => at)) - mail.accepted!))
			.sort((a, b) => a - b),
	};
}

function byId(copies: readonly Copy[]): Map<number, Copy[]> {
	const map = new Map<number, Copy[]>();
	for (const copy of copies) map.set(copy.id, [...(map.get(copy.id) ?? []), copy]);
	return map;
}

function attemptsOf(copies: readonly Copy[]): number {
	return new Set(copies.map(({ attempt }) => attempt)).size;
}

function sum(numbers: readonly number[]): number {
	return numbers.reduce((total, number) => total + number, 0);
}
