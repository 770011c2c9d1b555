import { type Backoff, waitAfter } from "./backoff.ts";
import { type Failure, failureOf } from "./conditions.ts";
import { HeimwegError, messageOf } from "./errors.ts";
import type { ConditionKind, Health } from "./health.ts";
import type { Logger } from "./log.ts";
import { within } from "./signal.ts";
import { MINUTE, SECOND } from "./time.ts";

/** What one run of a duty gets. */
export interface DutyRun {
	/** What was poked since the last run began. */
	subjects: ReadonlySet<string>;
	/** Fires at the deadline and when the program stops. */
	signal: AbortSignal;
}

export interface DutyOptions {
	name: string;
	/** Observes, compares, and acts on the difference; throws when it could not. */
	run(run: DutyRun): Promise<void>;
	/** Milliseconds after which a run is told to end. */
	deadline: number;
	/** Milliseconds before the first and, after doubling, at most before any new try. */
	backoff?: Backoff;
	/** What a poke without subjects means; one nameless subject by default. */
	allSubjects?: () => Iterable<string>;
	/** While it says no, pokes are kept and nothing runs; the first poke after it says yes runs for them all. */
	allowed?: () => boolean;
	/** An urgent poke ends also a wait that the other side demanded: who must be left alone is remembered elsewhere. */
	urgentEndsWaits?: boolean;
	/** The condition that holds while runs fail. */
	failing: ConditionKind<Failure>;
	health: Health;
	log: Logger;
	/** Milliseconds, steadily growing. */
	now?: () => number;
}

/** Keeps one piece of the world as it should be. */
export interface Duty {
	readonly name: string;
	/**
	 * Asks for a run over these subjects (all, if none are named). During a run, pokes fold into one more run.
	 * An urgent poke ends a backoff, also one that a run under way is about to begin; no poke ends a wait that the
	 * other side demanded, unless `urgentEndsWaits`.
	 */
	poke(subjects?: string | Iterable<string>, options?: { urgent?: boolean }): void;
	/** Resolves when no run is under way and none is due, or when the duty is stopped. */
	settled(): Promise<void>;
	/** Interrupts a run, waits for its end, and starts no more. */
	stop(): Promise<void>;
	/** True when a run has not ended although its deadline passed: the watchdog is then not fed. */
	overdue(): boolean;
}

/** How long a run may take to end after it was told to, in milliseconds. */
const grace = 5 * SECOND;

/** The shortest wait that the other side can demand, in milliseconds: "at once, always" would never let us rest. */
const leastWait = 100;

/** The longest time that setTimeout takes; over it, it would fire at once. */
const longestTimer = 2 ** 31 - 1;

/** Makes a duty; it does nothing until it is poked. */
export function createDuty(options: DutyOptions): Duty {
	const { name, health, log } = options;
	const now = options.now ?? (() => performance.now());
	const backoff = options.backoff ?? { first: SECOND, max: MINUTE };
	const due = new Set<string>();
	const stopping = new AbortController();
	let running: Promise<void> | undefined;
	let startedAt = 0;
	let failures = 0;
	/** No run before this time; `demanded` when the other side asked for it. */
	let notBefore = 0;
	let demanded = false;
	/** An urgent poke came during the run, which may have looked at the world before. */
	let freshUrgency = false;
	/** The run was not made to wait after a failure, because of such a poke. */
	let hurried = false;
	let timer: NodeJS.Timeout | undefined;
	let idle: Array<() => void> = [];

	function poke(subjects?: string | Iterable<string>, { urgent = false }: { urgent?: boolean } = {}): void {
		if (stopping.signal.aborted) return;
		for (const subject of listOf(subjects)) due.add(subject);
		if (urgent && !demanded) {
			notBefore = 0;
			failures = 0;
			freshUrgency = true;
		}
		next();
	}

	function listOf(subjects: string | Iterable<string> | undefined): Iterable<string> {
		if (subjects === undefined) return options.allSubjects?.() ?? [""];
		return typeof subjects === "string" ? [subjects] : subjects;
	}

	function next(): void {
		if (running || due.size === 0 || stopping.signal.aborted) {
			if (!running && (due.size === 0 || stopping.signal.aborted)) release();
			return;
		}
		if (options.allowed?.() === false) return;
		clearTimeout(timer);
		const wait = notBefore - now();
		if (wait > 0) {
			timer = setTimeout(next, Math.min(wait, longestTimer));
			return;
		}
		// Begins a moment later: pokes of the same moment are one run, and a run that pokes its own duty finds it running.
		startedAt = now();
		running = Promise.resolve()
			.then(once)
			.finally(() => {
				running = undefined;
				next();
			});
	}

	async function once(): Promise<void> {
		if (stopping.signal.aborted) return;
		const subjects: ReadonlySet<string> = new Set(due);
		due.clear();
		demanded = false;
		freshUrgency = false;
		const limit = within(stopping.signal, options.deadline);
		try {
			await options.run({ subjects, signal: limit.signal });
			failures = 0;
			notBefore = 0;
			hurried = false;
			health.clear(options.failing);
		} catch (error) {
			if (stopping.signal.aborted) return;
			for (const subject of subjects) due.add(subject);
			fail(limit.late() ? lateError(error) : error);
		} finally {
			limit.end();
		}
	}

	function lateError(cause: unknown): HeimwegError {
		const reason = messageOf(cause);
		return new HeimwegError(`${name} did not end within ${options.deadline / 1000} s (${reason})`, { cause });
	}

	function fail(error: unknown): void {
		const wait = error instanceof HeimwegError ? error.retryAfter : undefined;
		const asked = wait !== undefined && wait >= 0;
		demanded = asked && !options.urgentEndsWaits;
		// Once only, or a run that pokes urgently itself would never rest.
		hurried = !demanded && freshUrgency && !hurried;
		failures = hurried ? 0 : failures + 1;
		if (hurried) notBefore = 0;
		else if (asked) notBefore = now() + Math.max(wait, leastWait);
		else notBefore = now() + waitAfter(failures, backoff);
		health.set(options.failing, "", failureOf(error));
		if (!(error instanceof HeimwegError)) log.debug({ duty: name, err: error }, "the run failed");
	}

	function release(): void {
		const waiting = idle;
		idle = [];
		for (const resolve of waiting) resolve();
	}

	return {
		name,
		poke,
		overdue: () => running !== undefined && now() - startedAt > options.deadline + grace,
		settled: () =>
			!running && (due.size === 0 || stopping.signal.aborted)
				? Promise.resolve()
				: new Promise((resolve) => idle.push(resolve)),
		async stop() {
			stopping.abort();
			clearTimeout(timer);
			await running;
			release();
		},
	};
}
