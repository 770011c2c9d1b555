import type { Dispatcher } from "undici";
import type { Budget } from "./budget.ts";

/** What every request to deSEC needs. */
export interface DesecAccess {
	/** The token's secret, read anew for each request. */
	token: () => Promise<string>;
	budget: Budget;
	/** Milliseconds for one request, all of it; 10,000 by default. */
	timeout?: number;
	/** `heimweg/VERSION`. */
	userAgent: string;
	/** For tests; by default each request has a connection of its own. */
	dispatcher?: Dispatcher;
}

/** How long a request may take, in milliseconds, unless said otherwise. */
export const DEFAULT_TIMEOUT = 10_000;
