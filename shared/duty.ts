import { HeimwegError, messageOf, remedyOf } from "./errors.ts";
import type { ConditionKind, Health } from "./health.ts";
import type { Logger } from "./log.ts";

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
	backoff?: { first: number; max: number };
	/** What a poke without subjects means; one nameless subject by default. */
	allSubjects?: () => Iterable<string>;
	/** The condition that holds while runs fail. */
	failing: ConditionKind<{ error: string; remedy?: string }>;
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
	 * A poke with news ends a backoff; no poke ends a wait that the other side demanded.
	 */
	poke(subjects?: string | Iterable<string>, options?: { news?: boolean }): void;
	/** Resolves when no run is under way and none is due. */
	settled(): Promise<void>;
	/** Interrupts a run, waits for its end, and starts no more. */
	stop(): Promise<void>;
	/** True when a run has not ended although its deadline passed: the watchdog is then not fed. */
	overdue(): boolean;
}

/** How long a run may take to end after it was told to, in milliseconds. */
const grace = 5_000;

/** Makes a duty; it does nothing until it is poked. */
export function createDuty(options: DutyOptions): Duty {
	const { name, health, log } = options;
	const now = options.now ?? (() => performance.now());
	const backoff = options.backoff ?? { first: 1_000, max: 60_000 };
	const due = new Set<string>();
	const stopping = new AbortController();
	let running: Promise<void> | undefined;
	let startedAt = 0;
	let failures = 0;
	/** No run before this time; `demanded` when the other side asked for it. */
	let notBefore = 0;
	let demanded = false;
	let timer: NodeJS.Timeout | undefined;
	let idle: Array<() => void> = [];

	function poke(subjects?: string | Iterable<string>, { news = false }: { news?: boolean } = {}): void {
		if (stopping.signal.aborted) return;
		for (const subject of listOf(subjects)) due.add(subject);
		if (news && !demanded) {
			notBefore = 0;
			failures = 0;
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
		clearTimeout(timer);
		const wait = notBefore - now();
		if (wait > 0) {
			timer = setTimeout(next, wait);
			return;
		}
		const subjects = new Set(due);
		due.clear();
		running = once(subjects).finally(() => {
			running = undefined;
			next();
		});
	}

	async function once(subjects: ReadonlySet<string>): Promise<void> {
		startedAt = now();
		const deadline = AbortSignal.timeout(options.deadline);
		try {
			await options.run({ subjects, signal: AbortSignal.any([stopping.signal, deadline]) });
			failures = 0;
			notBefore = 0;
			demanded = false;
			health.clear(options.failing);
		} catch (error) {
			if (stopping.signal.aborted) return;
			for (const subject of subjects) due.add(subject);
			fail(deadline.aborted ? lateError(error) : error);
		}
	}

	function lateError(cause: unknown): HeimwegError {
		const reason = messageOf(cause);
		return new HeimwegError(`${name} did not end within ${options.deadline / 1000} s (${reason})`, { cause });
	}

	function fail(error: unknown): void {
		failures += 1;
		const wait = error instanceof HeimwegError ? error.retryAfter : undefined;
		demanded = wait !== undefined;
		notBefore = now() + (wait ?? Math.min(backoff.first * 2 ** (failures - 1), backoff.max));
		const remedy = remedyOf(error);
		health.set(options.failing, "", { error: messageOf(error), ...(remedy ? { remedy } : {}) });
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
			!running && due.size === 0 ? Promise.resolve() : new Promise((resolve) => idle.push(resolve)),
		async stop() {
			stopping.abort();
			clearTimeout(timer);
			await running;
			release();
		},
	};
}
