import { z } from "zod";
import { type Backoff, waitAfter } from "./backoff.ts";
import { type Failure, failureOf } from "./conditions.ts";
import { inCrowds, type OfMany } from "./crowds.ts";
import { HeimwegError } from "./errors.ts";
import { type ActiveCondition, causeOf, condition, type Health, spanOf } from "./health.ts";
import type { Logger } from "./log.ts";
import { type RateLimit, recent, waitForRoom } from "./rate.ts";
import type { SavedState } from "./saved-state.ts";
import { HOUR, MINUTE, SECOND } from "./time.ts";

/**
 * What somebody is told: a condition has lasted long enough to bother with, or one that was told of is over. What holds
 * for many is one notice with a count.
 */
export interface Notice extends OfMany {
	event: "begins" | "ends";
	code: string;
	/** The code in the last release. */
	formerly?: string;
	subject: string;
	severity: "error" | "warning";
	title: string;
	text: string;
	remedy: string;
	/** When the condition began, ISO 8601. */
	since: string;
	/** When it ended, ISO 8601, and how many seconds it had lasted. */
	ended?: string;
	lasted?: number;
}

/** A way to tell somebody. */
export interface Channel {
	/** Stands in the condition that tells of its failure. */
	name: string;
	/** Takes all that is to be told at once; otherwise one after the other. */
	batch: boolean;
	/** Milliseconds that a condition must last before it is told of; undefined when it never is. */
	visibleAfter(condition: ActiveCondition): number | undefined;
	/** Tells; `more` is how much else will be told later. Throws when it could not. */
	send(notices: readonly Notice[], more: number, signal: AbortSignal): Promise<void>;
}

const toldSchema = z.object({
	code: z.string(),
	subject: z.string(),
	severity: z.enum(["error", "warning"]),
	title: z.string(),
	since: z.string(),
});
type Told = z.infer<typeof toldSchema>;

/** What is remembered across restarts: what was told of and is not yet over, and when something was sent. */
export const notifierStateSchema = z.object({
	told: z.array(toldSchema),
	/** Milliseconds since 1970. */
	sent: z.array(z.number()),
});
export type NotifierState = z.infer<typeof notifierStateSchema>;

export interface NotifierOptions {
	channel: Channel;
	/** What was told; it is stopped with the notifier. */
	state: SavedState<NotifierState>;
	health: Health;
	log: Logger;
	/** Milliseconds since 1970. */
	wallClock?: () => number;
}

export interface Notifier {
	start(): Promise<void>;
	stop(): Promise<void>;
}

export const notifyFailing = condition<Failure>({
	code: "notify.failing",
	severity: "warning",
	title: "nobody can be told of what is wrong",
	visibleAfter: 0,
	text: ({ error }, channel) => `${channel} does not work, so nobody is told of what is wrong here: ${error}`,
	remedy: ({ remedy }) => remedy ?? "look at the reason; it is tried again by itself",
});

/** How often somebody is told, tries that fail included. */
const limits: readonly RateLimit[] = [{ count: 6, window: HOUR }];

/** Milliseconds in which what happens at the same moment comes together: the worst of it is told first. */
const gathering = SECOND;

/** Before what could not be told is tried again. */
const retries: Backoff = { first: MINUTE, max: 10 * MINUTE };

/** Milliseconds after a start in which what was told of before has time to show again. */
const settling = 5 * MINUTE;

/**
 * Tells of conditions that begin and end. It compares what was told with what holds, and tells the difference: what
 * comes and goes while nobody may be told is not told at all, and what waits for its turn is told as it is by then.
 * Longer than other files here: what holds, what was told and when make one state.
 */
export function createNotifier({ channel, state, health, log, ...options }: NotifierOptions): Notifier {
	const wallClock = options.wallClock ?? Date.now;
	const told = new Map<string, Told>();
	/** What holds, and since when on the steady clock. */
	const active = new Map<string, { condition: ActiveCondition; began: number }>();
	/** When what was told of ended, and the title of what holds in its place. */
	const ended = new Map<string, { at: number; instead?: string | undefined }>();
	const stopping = new AbortController();
	let sent: number[] = [];
	let startedAt = 0;
	let notBefore = 0;
	let failures = 0;
	let timer: NodeJS.Timeout | undefined;
	let gatheringTimer: NodeJS.Timeout | undefined;
	let sending: Promise<void> | undefined;
	let silence = () => {};

	function see(event: "begins" | "ends" | "changes", seen: ActiveCondition): void {
		// A channel cannot tell of its own failure.
		if (seen.code === notifyFailing.code && seen.subject === channel.name) return;
		if (channel.visibleAfter(seen) === undefined) return;
		const key = keyOf(seen);
		if (event === "ends") {
			active.delete(key);
			if (told.has(key)) ended.set(key, { at: wallClock(), instead: seen.instead });
		} else {
			ended.delete(key);
			active.set(key, { condition: seen, began: active.get(key)?.began ?? performance.now() });
		}
		gatheringTimer ??= setTimeout(look, gathering);
	}

	/** Sends what is due, or sets the clock for when something will be. */
	function look(): void {
		clearTimeout(timer);
		clearTimeout(gatheringTimer);
		gatheringTimer = undefined;
		if (sending || stopping.signal.aborted) return;
		const { due, next } = differences();
		const wait = due.length > 0 ? waitForTurn() : next - performance.now() + gathering;
		if (wait > 0) {
			// Looked at again within the hour anyway: a clock that was set changes when it is our turn.
			if (Number.isFinite(wait)) timer = setTimeout(look, Math.min(wait, HOUR));
			return;
		}
		const all = inCrowds(due, ({ event, code }) => `${event} ${code}`);
		const chosen = channel.batch ? all : all.slice(0, 1);
		sending = Promise.resolve()
			.then(() => send(chosen, all.length - chosen.length))
			.finally(() => {
				sending = undefined;
				look();
			});
	}

	/** What is to be told now, errors first; and when, on the steady clock, there will be more. */
	function differences(): { due: Notice[]; next: number } {
		const now = performance.now();
		const due: Notice[] = [];
		let next = Number.POSITIVE_INFINITY;
		for (const [key, { condition: held, began }] of active) {
			// What follows from another is not told besides it; once that is over, it may be.
			const conditions = () => [...active.values()].map(({ condition: one }) => one);
			if (told.has(key) || (held.dependsOn && causeOf(held, conditions()))) continue;
			const at = began + (channel.visibleAfter(held) ?? 0);
			if (at <= now) due.push(beginning(held));
			else next = Math.min(next, at);
		}
		for (const [key, past] of told) {
			if (active.has(key)) continue;
			const at = ended.has(key) ? now : startedAt + settling;
			if (at <= now) due.push(ending(past, ended.get(key) ?? { at: wallClock() }));
			else next = Math.min(next, at);
		}
		return { due: due.sort((a, b) => rank(a) - rank(b)), next };
	}

	/** Milliseconds until something may be sent; 0 or less when it may. */
	function waitForTurn(): number {
		const now = wallClock();
		sent = recent(sent, limits, now, { forget: true });
		return Math.max(waitForRoom(sent, limits, now), notBefore - performance.now());
	}

	async function send(chosen: ReturnType<typeof inCrowds<Notice>>, more: number): Promise<void> {
		sent.push(wallClock());
		try {
			const notices = chosen.map(({ shown }) => shown);
			await channel.send(notices, more, stopping.signal);
			notBefore = 0;
			failures = 0;
			for (const { members } of chosen) for (const notice of members) note(notice);
			health.clear(notifyFailing, channel.name);
		} catch (error) {
			if (stopping.signal.aborted) return;
			failures += 1;
			notBefore = performance.now() + waitAfter(failures, retries);
			health.set(notifyFailing, channel.name, failureOf(error));
			if (!(error instanceof HeimwegError)) log.debug({ err: error }, `${channel.name} failed`);
		} finally {
			await state.write({ told: [...told.values()], sent });
		}
	}

	function note(notice: Notice): void {
		const { code, subject, severity, title, since } = notice;
		const key = keyOf(notice);
		if (notice.event === "begins") {
			told.set(key, { code, subject, severity, title, since });
			if (!active.has(key)) ended.set(key, { at: wallClock() });
		} else {
			told.delete(key);
			ended.delete(key);
		}
	}

	return {
		async start() {
			const remembered = await state.read();
			for (const past of remembered?.told ?? []) told.set(keyOf(past), past);
			sent = remembered?.sent ?? [];
			startedAt = performance.now();
			silence = health.listen(see);
			for (const held of health.list()) see("begins", held);
			gatheringTimer ??= setTimeout(look, gathering);
		},
		async stop() {
			silence();
			clearTimeout(timer);
			clearTimeout(gatheringTimer);
			stopping.abort();
			await sending;
			state.stop();
		},
	};
}

function beginning(held: ActiveCondition): Notice {
	const { code, formerly, subject, severity, title, text, remedy, since } = held;
	const known = formerly === undefined ? {} : { formerly };
	return { event: "begins", code, ...known, subject, severity, title, text, remedy, since };
}

function ending(past: Told, { at, instead }: { at: number; instead?: string | undefined }): Notice {
	const lasted = Math.max(0, Math.round((at - Date.parse(past.since)) / 1000));
	const about = past.subject ? ` (${past.subject})` : "";
	const what = `${past.title}${about}`;
	const text = instead
		? `after ${spanOf(lasted)} another: ${what}; now: ${instead}`
		: `over after ${spanOf(lasted)}: ${what}`;
	return { event: "ends", ...past, text, remedy: "", ended: new Date(at).toISOString(), lasted };
}

function rank({ event, severity }: Notice): number {
	return event === "ends" ? 2 : severity === "error" ? 0 : 1;
}

function keyOf({ code, subject }: { code: string; subject: string }): string {
	return JSON.stringify([code, subject]);
}
