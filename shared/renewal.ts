import { DAY } from "./time.ts";

/** Who renews certificates by itself does so a month before they end; two weeks before, in milliseconds, it has failed. */
export const renewalFailed = 14 * DAY;
