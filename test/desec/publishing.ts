import type { Publish } from "./zone.ts";

/** How changes get to the public name servers. */
export interface Publishing {
	publish: Publish;
	/** Milliseconds after which they follow; 0, as at the start: before the request is answered. */
	latency(ms: number): void;
}

/**
 * The answer to a change does not wait for the public servers, which follow in the order of the changes.
 *
 * @param fails whether the hidden primary cannot be reached just now
 */
export function createPublishing(
	to: Publish | undefined,
	fails: () => boolean,
	wait: (ms: number) => Promise<void>,
): Publishing {
	let latency = 0;
	let following: Promise<unknown> = Promise.resolve();
	return {
		async publish(zone, changes) {
			if (fails()) throw new Error("the public name server cannot be reached");
			if (latency === 0) return to?.(zone, changes);
			const [ms, copy] = [latency, structuredClone(changes)];
			following = following
				.then(() => wait(ms))
				.then(() => to?.(zone, copy))
				.catch(() => {});
		},
		latency(ms) {
			latency = ms;
		},
	};
}
