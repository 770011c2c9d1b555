import { HeimwegError } from "../../../errors.ts";

/**
 * What went wrong with deSEC:
 * - `unauthorized`: the token is unknown to it (401); `forbidden`: the token may not do this (403)
 * - `not-found`: the domain or name is not in the token's account (404)
 * - `rejected`: the request breaks one of deSEC's rules (400), see `items`
 * - `conflict`: somebody else changed the domain at the same time (409, or 429 without a time): try again
 * - `throttled`: too many requests (429), or our own budget is used up: `retryAfter` says how long
 * - `unavailable`: deSEC has trouble or is in maintenance (5xx)
 * - `unreachable`: no connection, no TLS, or no whole answer in time
 * - `malformed`: an answer that is not deSEC's: a web page, broken JSON, too large
 */
export type DesecErrorKind =
	| "unauthorized"
	| "forbidden"
	| "not-found"
	| "rejected"
	| "conflict"
	| "throttled"
	| "unavailable"
	| "unreachable"
	| "malformed";

/** Why deSEC refused one RRset of a request. */
export interface RejectedItem {
	subname: string;
	type: string;
	reasons: string[];
	/** The change left out a field that a new RRset needs: there is no such RRset (any more). */
	absent: boolean;
}

interface Details {
	remedy?: string | undefined;
	/** Milliseconds. */
	retryAfter?: number | undefined;
	items?: RejectedItem[] | undefined;
	reached?: boolean | undefined;
}

/** A request to deSEC that failed. Never holds the token, and no cause that could. */
export class DesecError extends HeimwegError {
	readonly kind: DesecErrorKind;
	/** With `rejected`: the RRsets at fault. */
	readonly items: readonly RejectedItem[];
	/** False when the request surely never arrived; true when it may have taken effect. */
	readonly reached: boolean;

	constructor(kind: DesecErrorKind, message: string, { remedy, retryAfter, items, reached }: Details = {}) {
		super(message, {
			...(remedy === undefined ? {} : { remedy }),
			...(retryAfter === undefined ? {} : { retryAfter }),
		});
		this.kind = kind;
		this.items = items ?? [];
		this.reached = reached ?? true;
	}
}
