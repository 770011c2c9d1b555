import { type Bucket, type BucketSize, bucket } from "./rate.ts";
import { MINUTE } from "./time.ts";

/** How often a return still gets everything tried at once: what comes and goes uses it up. */
const returns: BucketSize = { most: 3, every: 5 * MINUTE };

export type Allowance = Bucket;

export function newAllowance(): Allowance {
	return bucket(returns);
}
