import { afterAll, vi } from "vitest";

/*
 * Test files share a process, since loading everything anew for each takes longer than most tests. What a file leaves waiting,
 * as a duty that would try again, must not go on beside the next file's tests: it ends with the file.
 */

const waiting = new Set<NodeJS.Timeout>();

/** Libraries keep timers for as long as the process lives, and go by them. */
function isLibrarys(): boolean {
	const { stackTraceLimit } = Error;
	Error.stackTraceLimit = 3;
	const caller = new Error().stack?.split("\n").at(-1);
	Error.stackTraceLimit = stackTraceLimit;
	return caller?.includes("node_modules") ?? true;
}

function followed<A extends unknown[]>(real: (...args: A) => NodeJS.Timeout) {
	const follow = (...args: A) => {
		const timer = real(...args);
		if (!isLibrarys()) waiting.add(timer);
		return timer;
	};
	// util.promisify's own form of it, and the like.
	return Object.defineProperties(follow, Object.getOwnPropertyDescriptors(real));
}

const { setTimeout: once, setInterval: again } = globalThis;
globalThis.setTimeout = followed(once) as typeof setTimeout;
globalThis.setInterval = followed(again) as typeof setInterval;

afterAll(() => {
	vi.useRealTimers();
	for (const timer of waiting) clearTimeout(timer);
	waiting.clear();
	Object.assign(globalThis, { setTimeout: once, setInterval: again });
});
