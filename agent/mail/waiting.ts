import type { Address } from "../../shared/address.ts";
import { CommandError, type RunCommand } from "../../shared/command.ts";
import { failureOf } from "../../shared/conditions.ts";
import type { Health } from "../../shared/health.ts";
import type { QueueMark } from "../../shared/postfix/activity.ts";
import { heldUp } from "../../shared/postfix/held-up.ts";
import type { ListQueue } from "../../shared/postfix/queue.ts";
import type { ReasonKind } from "../../shared/postfix/reason-rules.ts";
import { MINUTE, SECOND } from "../../shared/time.ts";
import { say } from "../../shared/words/say.ts";
import { deliveryFailing, outgoingWaits, queueUnread } from "./conditions.ts";

export interface WaitingOptions {
	/** The relay's addresses in the tunnel. */
	relay: readonly Address[];
	run: RunCommand;
	listQueue: ListQueue;
	mark: QueueMark;
	tunnelUp(): boolean;
	/** Mail begins or ceases to wait. */
	onChange?(): void;
	health: Health;
	/** Milliseconds since 1970. */
	now?: () => number;
}

/** Mail that has waited for a while, and when the oldest of it came, ISO 8601. */
export interface WaitingHere {
	mails: number;
	oldest: string;
}

export interface Waiting {
	look(): Promise<void>;
	/** As the last look saw it; undefined when none waits. */
	now(): WaitingHere | undefined;
}

/** Milliseconds that mail may wait before it is told: most of what fails once goes at the next try. */
const patience = 30 * SECOND;

/**
 * Milliseconds after which the queue is read although nothing tells of a delivery: a mail that waits grows old by itself, and
 * an empty queue stays empty; where nothing can tell, it is read more often.
 */
const waitingPause = 30 * SECOND;
const emptyPause = 10 * MINUTE;
const blindPause = MINUTE;

/** What has to do with the way out, and not with mailboxes here. */
const outgoing: ReadonlySet<ReasonKind> = new Set(["resolver", "unreachable", "tls", "loop"]);

/** Says why mail waits in this home's queue: what came in and gets into no mailbox, and what does not get out. */
export function createWaiting(options: WaitingOptions): Waiting {
	const { health } = options;
	const now = options.now ?? Date.now;
	let last = { at: Number.NEGATIVE_INFINITY, mark: undefined as number | undefined };
	let waits = false;
	let waiting: WaitingHere | undefined;
	let installed = false;

	async function look(): Promise<void> {
		const mark = await options.mark();
		const idle = now() - last.at;
		const pause = waits ? waitingPause : mark === undefined ? blindPause : emptyPause;
		if (mark === last.mark && idle < pause) return;
		last = { at: now(), mark };
		try {
			if (!(await hasPostfix())) return;
			await survey();
			health.clear(queueUnread);
		} catch (error) {
			health.set(queueUnread, "", failureOf(error));
		}
	}

	async function hasPostfix(): Promise<boolean> {
		if (installed) return true;
		try {
			await options.run("postconf", ["-h", "mail_version"]);
			installed = true;
			return true;
		} catch (error) {
			if (error instanceof CommandError && error.missing) return false;
			throw error;
		}
	}

	async function survey(): Promise<void> {
		const held = heldUp(() => ({ here: say`this home` }));
		let some = false;
		let mails = 0;
		let oldest = Number.POSITIVE_INFINITY;
		for await (const message of options.listQueue()) {
			some = true;
			const arrived = message.arrival_time * 1000;
			if (now() - arrived < patience) continue;
			held.see(message);
			mails += 1;
			oldest = Math.min(oldest, arrived);
		}
		waits = some;
		const before = waiting;
		waiting = mails > 0 ? { mails, oldest: new Date(oldest).toISOString() } : undefined;
		const here = new Set<string>();
		const out = new Set<string>();
		for (const [kind, { at, text, cause, advice }] of held.found) {
			const local = at === "here" && !outgoing.has(kind);
			// That the relay is away is told by who sees it first.
			if (!local && !options.tunnelUp() && options.relay.some((address) => text.includes(`[${address}]`)))
				continue;
			(local ? here : out).add(kind);
			const condition = local ? deliveryFailing : outgoingWaits;
			// The first words stand: each new mail's would be told of anew.
			if (!health.has(condition, kind)) health.set(condition, kind, { text, cause, advice });
		}
		for (const { code, subject } of health.list()) {
			if (code === deliveryFailing.code && !here.has(subject)) health.clear(deliveryFailing, subject);
			if (code === outgoingWaits.code && !out.has(subject)) health.clear(outgoingWaits, subject);
		}
		if ((before === undefined) !== (waiting === undefined)) options.onChange?.();
	}

	return { look, now: () => waiting };
}
