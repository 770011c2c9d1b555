import { newAllowance } from "../allowance.ts";
import { type Backoff, waitAfter } from "../backoff.ts";
import type { Failure } from "../conditions.ts";
import { createDuty, type Duty } from "../duty.ts";
import type { ConditionKind, Health } from "../health.ts";
import type { Logger } from "../log.ts";
import { MINUTE, SECOND } from "../time.ts";
import { createAttempts } from "./attempts.ts";
import type { Flush } from "./flush.ts";
import type { ListQueue } from "./queue.ts";

export interface RedeliveryOptions {
	name: string;
	/** Whether a mail waits for the reason that is gone; what Postfix noted at its last try. */
	concerns(reason: string): boolean;
	listQueue: ListQueue;
	/** Asked when there are mails to try; while it says no, none is. */
	ready?(signal: AbortSignal): Promise<boolean>;
	flush: Flush;
	/** Called when mails begin to be tried again, with how many there are. */
	onTry(mails: number): void;
	/** Also what is left in `incoming`, as by a reload of Postfix during a delivery, is tried; it would wait for 60 s. */
	parked?: boolean;
	/** Milliseconds after which what still waits is left to Postfix's own times; never by default. */
	patience?: number;
	failing: ConditionKind<Failure>;
	health: Health;
	log: Logger;
	/** Milliseconds, steadily growing. */
	now?: () => number;
}

/** Makes Postfix try again what it deferred for a reason that is gone, and rests at all other times. */
export interface Redelivery {
	duty: Duty;
	/** The reason is gone: looks at the queue now, and until nothing is left there that waited for it. */
	begin(): void;
	/** Mail may have been deferred for a reason that passes, or has passed: looks at the queue soon. */
	look(): void;
	/** The reason holds again. */
	end(): void;
}

/** Before a run that failed is repeated. */
const backoff: Backoff = { first: 5 * SECOND, max: 10 * MINUTE };

/** Before it is asked again whether all is ready. */
const refusalPauses: Backoff = { first: SECOND, max: 30 * SECOND };

/** Milliseconds during which a mail that is on its way can still fail for the reason that is gone, and between looks. */
const lateFor = 35_000;
const latePause = 2_000;

/** Milliseconds between looks at a mail that was tried, and is on its way for longer than that. */
const slowPause = 10_000;

/** Looks at a long queue take time: at most this part of it goes into them. */
const share = 1 / 10;

/** Milliseconds between two runs, at least. */
const morePause = 1_000;

interface Survey {
	/** The mails that wait for the reason that is gone, the oldest first. */
	waiting: string[];
	/** Some mail is on its way, and some that was tried is. */
	moving: boolean;
	followed: boolean;
}

export function createRedelivery(options: RedeliveryOptions): Redelivery {
	const now = options.now ?? (() => performance.now());
	const patience = options.patience ?? Number.POSITIVE_INFINITY;
	const attempts = createAttempts(now);
	const allowance = newAllowance();
	let begunAt: number | undefined;
	let told = false;
	/** Times in a row that it was not ready. */
	let refusals = 0;
	let incoming = new Set<string>();
	let timer: NodeJS.Timeout | undefined;
	/** When the next look is due, 0 while none is planned; and milliseconds that the last one demands for its length. */
	let nextLook = 0;
	let least = morePause;
	/** How often a look was asked for. */
	let asked = 0;

	const { name, failing, health, log } = options;
	const duty = createDuty({
		...{ name, failing, health, log, now },
		run: ({ signal }) => run(signal),
		deadline: 60_000,
		backoff,
	});

	async function run(signal: AbortSignal): Promise<void> {
		clearTimeout(timer);
		nextLook = 0;
		const began = begunAt;
		if (began === undefined) return;
		const askedBefore = asked;
		const lookedAt = now();
		const { waiting, moving, followed } = await survey(signal);
		least = Math.max(morePause, (now() - lookedAt) / share);
		const due = attempts.next(waiting);
		const ready = due.length === 0 || (await isReady(signal));
		// It may have ended, and begun anew, in the meantime; then this look is an old one.
		if (begunAt !== began || signal.aborted) return;
		if (ready && due.length > 0) {
			if (!told) options.onTry(waiting.length);
			told = true;
			await options.flush(due, signal);
			attempts.take(due);
			if (begunAt !== began) return;
		}
		const since = now() - began;
		const late = moving && since < lateFor;
		const askedAgain = asked !== askedBefore;
		const quiet = waiting.length === 0 && !late && !followed && !askedAgain;
		if (quiet || since > patience) return rest();
		if (!ready) return lookAfter(waitAfter(refusals, refusalPauses));
		if (askedAgain) return lookAfter(least);
		const first = waiting.reduce(
			(soonest, id) => Math.min(soonest, attempts.dueAt(id)),
			Number.POSITIVE_INFINITY,
		);
		const next = Math.max(first - now(), attempts.pause());
		const close = late ? latePause : followed ? slowPause : next;
		lookAfter(Math.min(next, close));
	}

	async function survey(signal: AbortSignal): Promise<Survey> {
		const waiting: Array<{ id: string; arrived: number }> = [];
		const seen = new Set<string>();
		const parked = new Set<string>();
		let moving = false;
		let followed = false;
		for await (const {
			queue_id: id,
			queue_name: queue,
			arrival_time: arrived,
			recipients,
		} of options.listQueue(signal)) {
			seen.add(id);
			if (queue === "incoming") parked.add(id);
			if (queue === "active" || queue === "incoming") {
				moving = true;
				followed ||= attempts.has(id);
			}
			// Postfix can leave a mail in incoming that it is told to try in the moment of its deferral.
			const stuck = queue === "incoming" && incoming.has(id) && (options.parked || attempts.has(id));
			const concerned = recipients.some(
				({ delay_reason: why }) => why !== undefined && options.concerns(why),
			);
			if (stuck || (queue === "deferred" && concerned)) waiting.push({ id, arrived });
		}
		incoming = parked;
		const ids = waiting.sort((a, b) => a.arrived - b.arrived).map(({ id }) => id);
		attempts.found(seen, new Set(ids));
		return { waiting: ids, moving, followed };
	}

	async function isReady(signal: AbortSignal): Promise<boolean> {
		const ready = (await options.ready?.(signal)) ?? true;
		refusals = ready ? 0 : refusals + 1;
		return ready;
	}

	function lookAfter(milliseconds: number): void {
		clearTimeout(timer);
		const pause = Math.max(milliseconds, least);
		nextLook = now() + pause;
		timer = setTimeout(() => duty.poke(), pause);
	}

	function rest(): void {
		begunAt = undefined;
		told = false;
		attempts.clear();
		incoming.clear();
	}

	return {
		duty,
		begin() {
			// What comes and goes uses its allowance up, and its mail is then tried again at growing intervals.
			if (allowance.take(now())) {
				attempts.clear();
				refusals = 0;
			}
			begunAt = now();
			told = false;
			duty.poke(undefined, { urgent: true });
		},
		look() {
			asked += 1;
			if (begunAt === undefined) {
				// What is on its way now, and fails later, makes for another look.
				begunAt = now() - lateFor;
				duty.poke();
			} else if (nextLook > now() + least) lookAfter(least);
		},
		end() {
			begunAt = undefined;
			clearTimeout(timer);
			nextLook = 0;
		},
	};
}
