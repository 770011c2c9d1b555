import { SECOND } from "../shared/time.ts";
import type { AgentFacts } from "./facts.ts";

/** Milliseconds after which a part looks although no relay has answered. */
const patience = 2 * SECOND;

/** A part's first look at this machine's mail server. */
export interface FirstLook {
	/** True once it has begun; until then nothing should be started because of news. */
	readonly begun: boolean;
	start(): void;
	stop(): void;
}

/**
 * Has a part look for the first time when a relay answers, or when it does not for a while: each program that is started
 * before makes the first pulse later, and mail that waits there waits for that pulse alone.
 */
export function firstLook({ relays }: Pick<AgentFacts, "relays">, look: () => unknown): FirstLook {
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
			ended = relays.subscribe((_, relay) => relay?.up && begin());
		},
		stop,
	};
}
