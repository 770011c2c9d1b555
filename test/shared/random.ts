/** Numbers that look random and are the same each time, so that a failure comes again. */
export interface Random {
	/** From 0 up to, not including, `end`. */
	below(end: number): number;
	bytes(length: number): Buffer;
}

/** xorshift32 (Marsaglia, 2003). */
export function random(seed = 20_300_101): Random {
	let state = seed;
	const next = () => {
		state ^= state << 13;
		state ^= state >>> 17;
		state ^= state << 5;
		return state >>> 0;
	};
	return {
		below: (end) => next() % end,
		bytes: (length) => Buffer.from(Array.from({ length }, () => next() >>> 24)),
	};
}
