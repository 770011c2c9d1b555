import type { Budget, RateClass } from "./budget.ts";
import { DesecError } from "./error.ts";

/**
 * Sends a request on the budget: it is counted before, taken back when it surely never arrived, and a 429 closes this
 * kind of request for as long as deSEC says.
 */
export async function spend<T>(
	budget: Budget,
	kind: RateClass,
	domain: string,
	signal: AbortSignal | undefined,
	send: () => Promise<T>,
): Promise<T> {
	const takeBack = await budget.take(kind, domain, { signal });
	try {
		return await send();
	} catch (error) {
		if (error instanceof DesecError) {
			if (!error.reached) takeBack();
			if (error.kind === "throttled") budget.refused(kind, domain, error.retryAfter ?? 0);
		}
		throw error;
	}
}
