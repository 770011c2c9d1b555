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

/** Milliseconds that the other family may take longer than the one in use: nobody waits for it on a line that works. */
const otherPatience = 300;

/** Makes the look at the path to the relay's address in use, and to that in the other family; undefined: there is none. */
export function createPaths(pathWorks: (relay: Address) => Promise<boolean>) {
	let wasUp: boolean | undefined;

	return async (current: Address | undefined, other: Address | undefined): Promise<Paths> => {
		const looking = other && pathWorks(other);
		const pathUp = current && (await pathWorks(current));
		const pathIsBack = pathUp === true && wasUp === false;
		wasUp = pathUp;
		// What is back has its chance first, whatever the other does.
		if (pathIsBack) return { pathUp, pathIsBack, otherPathUp: undefined };
		const late = pathUp ? [sleep(otherPatience, undefined, { ref: false })] : [];
		return { pathUp, pathIsBack, otherPathUp: await Promise.race([looking, ...late]) };
	};
}
