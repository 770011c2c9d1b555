import { createHash } from "node:crypto";

/** Bytes of the hash that are enough for a share of any period. */
const bytes = 6;

/**
 * A part of `span`, from 0 to less than all of it, that follows from the key and never changes: what all homes of the
 * world do by the same timetable, each then does at a moment of its own. The key may be a public one.
 */
export function jitterOf(key: string, span: number): number {
	const number = createHash("sha256").update(key).digest().readUIntBE(0, bytes);
	return Math.floor((number / 2 ** (8 * bytes)) * span);
}
