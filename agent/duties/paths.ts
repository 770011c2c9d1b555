import { setTimeout as sleep } from "node:timers/promises";
import type { Address } from "../../shared/address.ts";

/** Whether the relay can be reached outside the tunnel; undefined: not known. */
export interface Paths {
	pathUp: boolean | undefined;
	/** It could not be reached at the last look. */
	pathIsBack: boolean;
	/** In the other family. */
	otherPathUp: boolean | undefined;
}

/** Milliseconds that the other family may take longer than the one in use; after them, its last look counts. */
const otherPatience = 300;

/** Makes the look at the path to the relay's address in use, and to that in the other family; undefined: there is none. */
export function createPaths(pathWorks: (relay: Address) => Promise<boolean>) {
	const seen = new Map<Address, boolean>();

	async function look(relay: Address): Promise<boolean> {
		const up = await pathWorks(relay);
		seen.set(relay, up);
		return up;
	}

	return async (current: Address | undefined, other: Address | undefined): Promise<Paths> => {
		const wasDown = current !== undefined && seen.get(current) === false;
		const looking = other && look(other);
		const pathUp = current && (await look(current));
		const pathIsBack = pathUp === true && wasDown;
		// What is back has its chance first, whatever the other does.
		if (!looking || pathIsBack) return { pathUp, pathIsBack, otherPathUp: undefined };
		const late = sleep(otherPatience, undefined, { ref: false }).then(() => seen.get(other));
		return { pathUp, pathIsBack, otherPathUp: await (pathUp ? Promise.race([looking, late]) : looking) };
	};
}
