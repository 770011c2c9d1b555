import { createTask } from "node-cron";
import { jitterOf } from "./jitter.ts";
import { oneAtATime } from "./ticks.ts";
import { MINUTE, SECOND } from "./time.ts";

/** Milliseconds between two looks at the clock, at most: so soon it is seen that it was set. */
const lookEvery = 30 * SECOND;

/** Milliseconds that a time may be late, by a slow machine or a small correction of the clock, and not be missed. */
const late = MINUTE;

/**
 * Calls `act` at the times that a user's cron expression names; returns the way to end that. With a spread, each program
 * does it at a moment of its own, which follows from its key: so many milliseconds later at most, and before the next time. Fixed periods are for `every`. The next time is always computed from what the clock says now, so a
 * clock that is set back, forward, or for the first time since 1970, costs at most what it jumped over.
 */
export function onSchedule(
	expression: string,
	act: () => unknown,
	{ spread }: { spread?: { key: string; most: number } } = {},
): () => void {
	// Only computes: a started task of node-cron walks every time that was missed, and waits for a clock that was set back.
	const times = createTask(expression, () => {});
	const alone = oneAtATime(act);
	const [first = 0, second = first] = times.getNextRuns(2).map((time) => time.getTime());
	const delay = spread ? jitterOf(spread.key, Math.min(spread.most, second - first)) : 0;
	let next = nextTime();
	let timer: NodeJS.Timeout | undefined;
	const delayed = new Set<NodeJS.Timeout>();

	/** Milliseconds since 1970; infinity when the expression names no more. */
	function nextTime(): number {
		return times.getNextRuns(1)[0]?.getTime() ?? Number.POSITIVE_INFINITY;
	}

	function look(): void {
		const now = Date.now();
		if (now >= next && now - next <= late) begin();
		next = nextTime();
		timer = setTimeout(look, Math.min(Math.max(next - Date.now(), 1), lookEvery)).unref();
	}

	function begin(): void {
		if (delay <= 0) {
			alone();
			return;
		}
		const waiting = setTimeout(() => {
			delayed.delete(waiting);
			alone();
		}, delay).unref();
		delayed.add(waiting);
	}

	look();
	return () => {
		clearTimeout(timer);
		for (const waiting of delayed) clearTimeout(waiting);
		void times.destroy();
	};
}
