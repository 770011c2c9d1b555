import { type Budget, PATIENCE, type RateClass } from "./budget.ts";
import { DesecError } from "./error.ts";

/**
 * Sends a request on the budget: it is counted before, taken back when it surely never arrived, and a 429 closes this
 * kind of request for as long as deSEC says, as does a 503 that says how long. When that is no longer than a request may wait for its turn, it waits and is
 * sent once more.
 */
export async function spend<T>(
	budget: Budget,
	kind: RateClass,
	domain: string,
	signal: AbortSignal | undefined,
	send: () => Promise<T>,
	again = true,
): Promise<T> {
	const takeBack = await budget.take(kind, domain, { signal });
	try {
		return await send();
	} catch (error) {
		if (error instanceof DesecError) {
			if (!error.reached) takeBack();
			const wait = error.retryAfter ?? 0;
			if (error.kind === "throttled" || wait > 0) {
				budget.refused(kind, domain, wait);
				if (again && error.kind === "throttled" && error.reached && wait <= PATIENCE)
					return spend(budget, kind, domain, signal, send, false);
			}
		}
		throw error;
	}
}
