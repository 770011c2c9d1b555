/**
 * BLAKE2s with a key and a digest of any length (RFC 7693). node:crypto has only the one without a key and with 32
 * bytes, and WireGuard's mac1 is another.
 */
export function blake2s(message: Uint8Array, key: Uint8Array, length: number): Buffer {
	const state = Uint32Array.from(initial);
	state[0]! ^= 0x01010000 ^ (key.length << 8) ^ length;
	const first = key.length > 0 ? [Buffer.concat([key, Buffer.alloc(64 - key.length)])] : [];
	const input = Buffer.concat([...first, message]);
	const blocks = Math.max(1, Math.ceil(input.length / 64));
	for (let block = 0; block < blocks; block++) {
		const bytes = Buffer.alloc(64);
		input.copy(bytes, 0, block * 64, (block + 1) * 64);
		const last = block === blocks - 1;
		compress(state, bytes, last ? input.length : (block + 1) * 64, last);
	}
	const digest = Buffer.alloc(32);
	for (const [index, word] of state.entries()) digest.writeUInt32LE(word, index * 4);
	return digest.subarray(0, length);
}

const initial = [
	0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
];

/** In which order each round takes the words of the block. */
const orders = [
	[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
	[14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
	[11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
	[7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
	[9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
	[2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
	[12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
	[13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
	[6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
	[10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
];

/** The columns and diagonals that are mixed in a round. */
const quarters = [
	[0, 4, 8, 12],
	[1, 5, 9, 13],
	[2, 6, 10, 14],
	[3, 7, 11, 15],
	[0, 5, 10, 15],
	[1, 6, 11, 12],
	[2, 7, 8, 13],
	[3, 4, 9, 14],
] as const;

function compress(state: Uint32Array, block: Buffer, counted: number, last: boolean): void {
	const words = Array.from({ length: 16 }, (_, index) => block.readUInt32LE(index * 4));
	const v = Uint32Array.from([...state, ...initial]);
	v[12]! ^= counted;
	if (last) v[14] = ~v[14]!;
	for (const order of orders) {
		for (const [index, [a, b, c, d]] of quarters.entries()) {
			const mix = (word: number, one: number, other: number) => {
				v[a] = v[a]! + v[b]! + word;
				v[d] = turned(v[d]! ^ v[a]!, one);
				v[c] = v[c]! + v[d]!;
				v[b] = turned(v[b]! ^ v[c]!, other);
			};
			mix(words[order[2 * index]!]!, 16, 12);
			mix(words[order[2 * index + 1]!]!, 8, 7);
		}
	}
	for (let index = 0; index < 8; index++) state[index]! ^= v[index]! ^ v[index + 8]!;
}

function turned(word: number, by: number): number {
	return (word >>> by) | (word << (32 - by));
}
