/**
 * Calls `act` again and again, by a clock that nobody can set: each `period` milliseconds, the first time after `first`.
 * While a call has not ended (its promise) the next is left out, and what was missed while the program stood still is
 * missed. Ticks keep no program alive. Returns the way to end them.
 */
export function every(
	period: number,
	act: () => unknown,
	{ first = period }: { first?: number } = {},
): () => void {
	const alone = oneAtATime(act);
	let due = performance.now() + first;
	let timer = setTimeout(tick, first).unref();

	function tick(): void {
		const now = performance.now();
		// Measured from when it was due: a tick that comes a moment late makes none of the others late.
		due = due + period > now ? due + period : now + period;
		timer = setTimeout(tick, due - now).unref();
		alone();
	}

	return () => clearTimeout(timer);
}

/**
 * Calls `act` soon after it was asked for, and at most once in `pause` milliseconds: what is asked for meanwhile is one
 * call at the end of the pause. Stopping says whether a call was still to come.
 */
export function atMostEvery(pause: number, act: () => unknown): { soon(): void; stop(): boolean } {
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
			return timer !== undefined;
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

/**
 * Makes calls of `act` follow each other: what is asked for during a call is one more call after it. Of two looks side
 * by side the older one may end last, and what it saw would stand. Resolves when a call that began after it was asked
 * for has ended, as that call does.
 */
export function inTurn(act: () => Promise<void>): () => Promise<void> {
	let running: Promise<void> | undefined;
	let next: Promise<void> | undefined;

	function begin(): Promise<void> {
		next = undefined;
		let start = () => {};
		const call = new Promise<void>((resolve) => {
			start = () => resolve(act());
		}).finally(() => {
			if (running === call) running = undefined;
		});
		running = call;
		// Not before: it may ask for itself at once.
		start();
		return call;
	}

	return () => {
		if (next) return next;
		if (!running) return begin();
		next = running.then(begin, begin);
		return next;
	};
}
