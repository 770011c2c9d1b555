import { SECOND } from "./time.ts";

/** Milliseconds after which a part looks although the tunnel does not come up. */
const patience = 2 * SECOND;

/** A part's first look at this machine's mail server. */
export interface FirstLook {
	/** True once it has begun; until then nothing should be started because of news. */
	readonly begun: boolean;
	start(): void;
	stop(): void;
}

/**
 * Has a part look for the first time when the tunnel is up, or when it is not for a while: each program that is started
 * before makes the first pulse later, and mail that waits there waits for that pulse alone.
 *
 * @param whenUp calls back when the tunnel is up, at once if it is; returns the way to end that
 */
export function firstLook(whenUp: (up: () => void) => () => void, look: () => unknown): FirstLook {
	let begun = false;
	let timer: NodeJS.Timeout | undefined;
	let ended = () => {};

	function begin(): void {
		if (begun) return;
		stop();
		begun = true;
		void look();
	}

	function stop(): void {
		clearTimeout(timer);
		ended();
	}

	return {
		get begun() {
			return begun;
		},
		start() {
			timer = setTimeout(begin, patience).unref();
			ended = whenUp(begin);
			if (begun) stop();
		},
		stop,
	};
}
