import { schedule } from "node-cron";

/**
 * Calls `act` at the times that cron's expression names; returns the way to end that. What was missed while the machine
 * slept, or because its clock was set, is missed: a warning for each of those times would flood the journal.
 */
export function onSchedule(expression: string, act: () => void): () => void {
	const task = schedule(expression, act, { noOverlap: true, suppressMissedWarning: true });
	return () => void task.destroy();
}
