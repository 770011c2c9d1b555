import { SECOND } from "./time.ts";

interface Tick {
	/** When it comes next, by the steady clock, and how often. */
	due: number;
	period: number;
	act(): void;
}

/** All that tick, with one timer for the program: to be woken costs more than what is mostly done then. */
const ticks = new Set<Tick>();
let timer: NodeJS.Timeout | undefined;

/** What part of its period, and how long at most, a tick may come earlier since others come then; its own time stays. */
const early = { share: 1 / 20, most: SECOND };

/**
 * Calls `act` again and again, by a clock that nobody can set: each `period` milliseconds, the first time after `first`.
 * While a call has not ended (its promise) the next is left out, and what was missed while the program stood still is
 * missed. It comes a little earlier where others come then. Ticks keep no program alive. Returns the way to end them.
 */
export function every(
	period: number,
	act: () => unknown,
	{ first = period }: { first?: number } = {},
): () => void {
	const tick = { due: performance.now() + first, period, act: oneAtATime(act) };
	ticks.add(tick);
	arm();
	return () => {
		ticks.delete(tick);
		arm();
	};
}

/** Waits for the next tick. */
function arm(): void {
	clearTimeout(timer);
	if (ticks.size === 0) return;
	const soonest = Math.min(...[...ticks].map(({ due }) => due));
	timer = setTimeout(wake, Math.max(0, soonest - performance.now())).unref();
}

function wake(): void {
	const now = performance.now();
	const coming = [...ticks].filter(
		({ due, period }) => due - now <= Math.min(period * early.share, early.most),
	);
	for (const tick of coming) {
		// Measured from when it was due: a tick that comes a moment late makes none of the others late.
		tick.due = tick.due + tick.period > now ? tick.due + tick.period : now + tick.period;
	}
	arm();
	// One may end another.
	for (const tick of coming) if (ticks.has(tick)) tick.act();
}

/**
 * Calls `act` soon after it was asked for, and at most once in `pause` milliseconds: what is asked for meanwhile is one
 * call at the end of the pause.
 */
export function atMostEvery(pause: number, act: () => unknown): { soon(): void; stop(): void } {
	let timer: NodeJS.Timeout | undefined;
	let notBefore = Number.NEGATIVE_INFINITY;
	let stopped = false;
	return {
		soon() {
			if (stopped) return;
			timer ??= setTimeout(
				() => {
					timer = undefined;
					notBefore = performance.now() + pause;
					act();
				},
				Math.max(0, notBefore - performance.now()),
			).unref();
		},
		stop() {
			stopped = true;
			clearTimeout(timer);
		},
	};
}

/** Calls `act` unless its last call has not ended. */
export function oneAtATime(act: () => unknown): () => void {
	let busy = false;
	return () => {
		if (busy) return;
		const result = act();
		if (!(result instanceof Promise)) return;
		busy = true;
		void result.finally(() => {
			busy = false;
		});
	};
}
