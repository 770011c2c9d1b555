/** Up to where Postfix's log was taken in: after a start the journal hands on its last lines again. */
export interface LogPosition {
	/** When the last line that was taken in was written: milliseconds since 1970. */
	readonly at: number;
	/** Whether a line of that time is a new one; it is the last one then. */
	takes(at: number): boolean;
	/** Goes on where an earlier run ended. */
	resume(at: number): void;
}

/** Begins now: what was logged before the first start is nobody's news. */
export function logPosition(): LogPosition {
	let last = Date.now();
	return {
		get at() {
			return last;
		},
		takes(at) {
			// A time to come means that the clock was set back since, and then it says nothing of what is new.
			if (at <= last && last <= Date.now()) return false;
			last = at;
			return true;
		},
		resume(at) {
			last = Math.min(last, at);
		},
	};
}
