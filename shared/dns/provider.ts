import type { RRset, RRsetChange } from "./rrset.ts";
import type { WantedRRset } from "./wanted/address.ts";

/**
 * Who keeps our records. What is peculiar to one (budgets, ways around its rules, whom it refuses) stays in its folder;
 * here is what a duty needs. What it throws is a HeimwegError whose `retryAfter` says when another try makes sense: until
 * then a call costs nothing, since the provider itself remembers what it must not ask.
 */
export interface Provider {
	/** The zone in the account that holds the name. */
	zoneOf(name: string, signal: AbortSignal): Promise<string>;
	/** The RRsets of ours in a zone; what is known of them is kept from one call to the next. */
	zone(name: string): ProvidedZone;
	/** All RRsets of a zone, and the least TTL, in seconds, that the provider takes. */
	content(zone: string, signal: AbortSignal): Promise<{ leastTtl: number; rrsets: RRset[] }>;
	/**
	 * Makes all changes in one request, or none; with `onlyNew`, none when one of the RRsets is there already. What
	 * was written may be committed although this throws.
	 */
	change(
		zone: string,
		changes: readonly RRsetChange[],
		options: { onlyNew: boolean; signal: AbortSignal },
	): Promise<void>;
	/** What a token of the account may do, by its id; a token may read its own alone. */
	policies(tokenId: string, signal: AbortSignal): Promise<TokenPolicy[]>;
	/** Whether a failed change may have been made all the same. */
	mayHaveWorked(error: unknown): boolean;
	/** Somebody else wrote at the same time: read again, and try again. */
	isRace(error: unknown): boolean;
	/** The account has no zone that holds the name that was asked about. */
	isElsewhere(error: unknown): boolean;
	/** Saves what a restart must not forget. */
	remember(): Promise<void>;
	/** Nothing is sent any more. */
	stop(): void;
}

/** A rule of a token; null stands for any. */
export interface TokenPolicy {
	domain: string | null;
	subname: string | null;
	type: string | null;
	write: boolean;
}

/** The RRsets of ours in one zone, and what the provider is known to have of them. */
export interface ProvidedZone {
	/**
	 * Makes the provider have what `wanted` says for these names. Reads only what is not known, so that a change is one
	 * request. What cannot be written keeps nothing else from it; it is thrown at the end.
	 */
	sync(names: readonly string[], wanted: () => readonly WantedRRset[], signal: AbortSignal): Promise<void>;
	/** What the provider has is not known any more. */
	forget(): void;
	/** The zone's servers do not answer these, although the provider has them: the next sync has the zone published anew. */
	behind(unseen: readonly WantedRRset[]): void;
	/** The A and AAAA that the provider is known to have, and that are kept by us. */
	addresses(): RRset[];
}

/** What a provider tells its owner. */
export interface ProviderEvents {
	/** It took these changes, in words; `began` as `performance.now()` has it. All wanted RRsets that it now has. */
	onWritten(zone: string, changed: readonly string[], wanted: readonly WantedRRset[], began: number): void;
	/** Whether the world will see these is not known: a write had no good answer, or the zone is not published. */
	onUncertain(zone: string, wanted: readonly WantedRRset[], began: number): void;
}
