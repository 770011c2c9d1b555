import { setTimeout as sleep } from "node:timers/promises";
import type { Address } from "../../shared/address.ts";
import { SECOND } from "../../shared/time.ts";

/** Whether the relay can be reached outside the tunnel; undefined: not known. */
export interface Seen {
	pathUp: boolean | undefined;
	/** It could not be reached at the last look. */
	pathIsBack: boolean;
	/** In the other family. */
	otherPathUp: boolean | undefined;
}

export interface Reachability {
	/** Looks at the relay's address in use, and at that in the other family; undefined: there is none. */
	look(current: Address | undefined, other: Address | undefined): Promise<Seen>;
	/** Looks whether an address can be reached: where it never can, a look that fails tells nothing. */
	learn(relay: Address): Promise<void>;
}

/** That the other family may take longer than the one in use; after it, its last look counts. */
const otherPatience = 0.3 * SECOND;

/** Makes the look at the paths to the relay, outside the tunnel. */
export function createReachability(pathWorks: (relay: Address) => Promise<boolean>): Reachability {
	/** At the last look. */
	const seen = new Map<Address, boolean>();
	/** What could be reached at some time. */
	const reachable = new Set<Address>();

	async function lookAt(relay: Address): Promise<boolean | undefined> {
		const up = await pathWorks(relay);
		seen.set(relay, up);
		if (up) reachable.add(relay);
		return known(relay);
	}

	function known(relay: Address): boolean | undefined {
		return reachable.has(relay) ? seen.get(relay) : undefined;
	}

	return {
		async learn(relay) {
			if (!reachable.has(relay)) await lookAt(relay);
		},
		async look(current, other) {
			const wasDown = current !== undefined && seen.get(current) === false;
			const looking = other && lookAt(other);
			const pathUp = current && (await lookAt(current));
			const pathIsBack = pathUp === true && wasDown;
			// What is back has its chance first, whatever the other does.
			if (!looking || pathIsBack) return { pathUp, pathIsBack, otherPathUp: undefined };
			const late = sleep(otherPatience, undefined, { ref: false }).then(() => known(other));
			return { pathUp, pathIsBack, otherPathUp: await (pathUp ? Promise.race([looking, late]) : looking) };
		},
	};
}
