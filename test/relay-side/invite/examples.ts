import type { Enrolment } from "../../../relay-side/invite/record.ts";
import { parseAddress } from "../../../shared/address.ts";

/** A well-formed key, another for each number. */
export function keyOf(number: number): string {
	return Buffer.alloc(32, number + 1).toString("base64");
}

/** What an invitation in this slot has while it is open. */
export function enrolmentOf(slot: number): Enrolment {
	const key = (use: number) => keyOf(100 + 10 * slot + use);
	return {
		slot,
		address: parseAddress(`10.86.0.${254 - slot}`),
		publicKey: key(0),
		presharedKey: key(1),
		request: key(2),
		answer: key(3),
		preshared: key(4),
	};
}
