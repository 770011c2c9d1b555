import { schedule } from "node-cron";

/** Calls `act` at the times that cron's expression names; returns the way to end that. */
export function onSchedule(expression: string, act: () => void): () => void {
	const task = schedule(expression, act, { noOverlap: true });
	return () => void task.destroy();
}
