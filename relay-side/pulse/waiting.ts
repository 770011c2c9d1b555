import type { Endpoint } from "../../shared/address.ts";
import { slices } from "../../shared/slices.ts";
import { SECOND } from "../../shared/time.ts";
import type { Known } from "../identity.ts";
import type { Endpoints, Seen } from "./endpoints.ts";

/** Milliseconds that a pulse waits at most for a read when an answer is known; what is newer is told later. */
const longestWait = 1 * SECOND;

/**
 * Returns the way to have a pulse wait for the next read of the endpoints; it is answered with what that shows. Ten
 * thousand may wait for one, when all homes come at once, and who comes meanwhile need not wait for them.
 */
export function createWaiting<Asked extends { home: Known }>({
	endpoints,
	answer,
}: {
	endpoints: Endpoints;
	answer(one: Asked, endpoint: Endpoint | undefined): void;
}): (one: Asked) => void {
	/** By the read that they wait for. */
	const waiting = new Map<Promise<unknown>, Asked[]>();
	const endpointIn = (seen: Seen | undefined, { home }: Asked) => seen?.get(home.publicKey);

	/** Who knows nothing of a home waits on: the tunnel works, only the address is not known. */
	function answerLate(read: Promise<unknown>): void {
		const batch = waiting.get(read) ?? [];
		const known = endpoints.known();
		waiting.set(
			read,
			batch.filter((one) => !endpointIn(known, one)),
		);
		void answerAll(
			batch.filter((one) => endpointIn(known, one)),
			known,
		);
	}

	async function answerAll(batch: readonly Asked[], seen: Seen | undefined): Promise<void> {
		const slice = slices();
		for (const one of batch) {
			answer(one, endpointIn(seen, one));
			if (slice.due()) await slice.turn();
		}
	}

	return (one) => {
		const read = endpoints.fresh();
		const others = waiting.get(read);
		if (others) {
			others.push(one);
			return;
		}
		waiting.set(read, [one]);
		const late = setTimeout(answerLate, longestWait, read).unref();
		void read.then((seen) => {
			clearTimeout(late);
			const batch = waiting.get(read) ?? [];
			waiting.delete(read);
			void answerAll(batch, seen);
		});
	};
}
