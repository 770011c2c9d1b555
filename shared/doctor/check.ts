import type { Finding } from "./finding.ts";

/**
 * One thing that is looked at, in a file of its own. `look` collects what there is to see; `judge` is pure, and says
 * what is to be thought of it. `Known` is what is known beforehand; `Eyes` is what one looks with, so that a test can
 * hold it.
 */
export interface Check<Known, Eyes, Seen = unknown> {
	/** Its file's name, with underscores. */
	readonly name: string;
	/** `long`: it speaks to a mail server, and these make strangers wait. */
	readonly patience?: "long";
	look(known: Known, eyes: Eyes): Promise<Seen>;
	judge(seen: Seen, known: Known): Finding[];
}

/** Declares a check, and forgets what it sees in between. */
export function check<Known, Eyes, Seen>(one: Check<Known, Eyes, Seen>): Check<Known, Eyes> {
	return one as Check<Known, Eyes>;
}
