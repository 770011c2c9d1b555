import { HeimwegError } from "../../../errors.ts";
import { doubling, tryAgain } from "./refusals.ts";

/** An RRset by its place. */
export interface Place {
	subname: string;
	type: string;
}

/** RRsets of a zone that the token may not write, so that they keep no other from being written. */
export interface Forbidden {
	/** Whether it may be asked for now. */
	mayAsk(place: Place): boolean;
	/** Whether it was refused when it was last asked for: it is asked for alone. */
	was(place: Place): boolean;
	refuse(place: Place): void;
	permit(place: Place): void;
	/** Names all that is refused, and the policy that is missing; undefined when nothing is. */
	error(): HeimwegError | undefined;
}

export function createForbidden(zone: string, now: () => number): Forbidden {
	const refused = new Map<string, { place: Place; until: number; wait: number }>();
	const keyOf = ({ subname, type }: Place) => `${subname} ${type}`;

	return {
		mayAsk: (place) => now() >= (refused.get(keyOf(place))?.until ?? 0),
		was: (place) => refused.has(keyOf(place)),
		refuse(place) {
			const wait = doubling(refused.get(keyOf(place))?.wait);
			refused.set(keyOf(place), { place, until: now() + wait, wait });
		},
		permit: (place) => void refused.delete(keyOf(place)),
		error() {
			if (refused.size === 0) return undefined;
			const all = [...refused.values()];
			const names = all.map(({ place }) => `${place.subname || "@"} ${place.type}`).join(", ");
			const policies = all
				.map(({ place }) => `domain ${zone}, subname ${place.subname || "(empty)"}, type ${place.type}`)
				.join("; ");
			const wait = Math.min(...all.map(({ until }) => until)) - now();
			return new HeimwegError(
				`deSEC: wanted to write ${names} of ${zone}, but the token may not do that (403)`,
				{
					remedy: `at desec.io give the token a policy with permission to write for each: ${policies}; then ${tryAgain()}`,
					retryAfter: Math.max(wait, 0),
				},
			);
		},
	};
}
