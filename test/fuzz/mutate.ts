import type { Random } from "../shared/random.ts";

/** One of them. */
export function pick<T>(random: Random, from: readonly T[]): T {
	return from[random.below(from.length)]!;
}

type Act = (random: Random, bytes: Buffer) => Buffer;

const flipBit: Act = (random, bytes) => {
	if (bytes.length > 0) bytes[random.below(bytes.length)]! ^= 1 << random.below(8);
	return bytes;
};
const setByte: Act = (random, bytes) => {
	if (bytes.length > 0)
		bytes[random.below(bytes.length)] = pick(random, [0, 1, 0x0a, 0x22, 0x7f, 0x80, 0xff]);
	return bytes;
};
const cutOff: Act = (random, bytes) => bytes.subarray(0, random.below(bytes.length + 1));
const takeOut: Act = (random, bytes) => {
	const at = random.below(bytes.length + 1);
	return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random.below(8))]);
};
const putIn: Act = (random, bytes) => {
	const at = random.below(bytes.length + 1);
	return Buffer.concat([bytes.subarray(0, at), random.bytes(1 + random.below(40)), bytes.subarray(at)]);
};
const repeat: Act = (random, bytes) => {
	const at = random.below(bytes.length + 1);
	return Buffer.concat([bytes, bytes.subarray(at, at + 200)]);
};

/** Something that is no longer quite what it was: bits and bytes changed, added and taken away. */
export function mutate(random: Random, valid: Buffer): Buffer {
	return change(random, valid, [flipBit, setByte, cutOff, takeOut, putIn, repeat]);
}

/** The same, and never longer. */
export function damage(random: Random, valid: Buffer): Buffer {
	return change(random, valid, [flipBit, setByte, cutOff, takeOut]);
}

function change(random: Random, valid: Buffer, acts: readonly Act[]): Buffer {
	let bytes: Buffer = Buffer.from(valid);
	for (let times = 1 + random.below(3); times > 0; times--) bytes = pick(random, acts)(random, bytes);
	return bytes;
}

const oddTexts = ["", "\0", "\r\n", "__proto__", "a".repeat(400), "\ud800", "*@*", "/x/ y", "a@b\nc@d z"];
const oddValues = [null, true, 0, -1, 0.5, 1e308, [], {}, [[[[]]]], { __proto__: 1 }, ...oddTexts];

/** A JSON value with something in it replaced, left out, added or nested. */
export function mutateJson(random: Random, value: unknown): unknown {
	if (random.below(4) === 0 || typeof value !== "object" || value === null) return pick(random, oddValues);
	if (Array.isArray(value)) {
		const items = [...value];
		const at = random.below(items.length + 1);
		items.splice(
			at,
			random.below(2),
			at < items.length ? mutateJson(random, items[at]) : pick(random, oddValues),
		);
		return items;
	}
	const entries = Object.entries(value);
	const at = random.below(entries.length + 1);
	const [name, inner] = entries[at] ?? [pick(random, oddTexts), null];
	const others = entries.filter((_, place) => place !== at);
	return Object.fromEntries(random.below(4) === 0 ? others : [...others, [name, mutateJson(random, inner)]]);
}

/** The text of a JSON value that was damaged as text or as a value, or of nothing like it. */
export function mutateJsonText(random: Random, value: unknown): Buffer {
	const how = random.below(10);
	if (how === 0) return random.bytes(random.below(200));
	if (how === 1) return Buffer.from(`${"[".repeat(1 + random.below(20_000))}`);
	if (how < 6) return mutate(random, Buffer.from(JSON.stringify(value)));
	let changed = value;
	for (let times = 1 + random.below(3); times > 0; times--) changed = mutateJson(random, changed);
	return Buffer.from(JSON.stringify(changed));
}
