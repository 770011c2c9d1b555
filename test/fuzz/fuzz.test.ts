import { describe, expect, it } from "vitest";
import { random } from "../shared/random.ts";
import { malformedCheckin } from "./checkins.ts";
import { malformedAnswer } from "./desec.ts";
import { type Fuzzed, fuzz } from "./fuzz.ts";
import { malformedPulse } from "./pulses.ts";
import { fuzzRelay } from "./relay.ts";

// The long version is part of "npm run bench".
const count = 500;
const seed = 20_300_101;

describe(`under ${count} malformed inputs, in a process of its own`, () => {
	const all = ({ counted, end, moved }: Fuzzed) => ({ counted, end, moved });
	const well = { counted: count, end: undefined, moved: [] };

	it.concurrent("the relay's pulse port counts every datagram as garbage, and lives", async () => {
		expect(all(await fuzz("pulses", count, seed))).toEqual(well);
	});

	it.concurrent("the relay's check-in port refuses or takes every request, and lives", async () => {
		expect(all(await fuzz("check-ins", count, seed))).toEqual(well);
	});

	it.concurrent("the agent counts every answer to its pulses, as one or as garbage, and lives", async () => {
		expect(all(await fuzz("answers", count, seed))).toEqual(well);
	});

	it.concurrent("each request to deSEC ends in what was wanted or in an error that says why", async () => {
		expect(all(await fuzz("deSEC", count, seed))).toEqual(well);
	});

	it.concurrent("a damaged list of recipients names nobody who is none", async () => {
		expect(all(await fuzz("lists", count, seed))).toEqual(well);
	});

	it.concurrent("the whole relay lets nobody move a home's record, its maps, its peer or its presence", async () => {
		const counts = { pulses: 1_000, checkins: 150, policy: 350 };
		expect(all(await fuzzRelay(counts, seed))).toEqual({ ...well, counted: 1_500 });
	}, 180_000);
});

describe("the malformed inputs", () => {
	const keys = { pulse: Buffer.alloc(32, 1), answer: Buffer.alloc(32, 2), checkin: Buffer.alloc(32, 3) };
	const kinds = {
		pulses: (chance: ReturnType<typeof random>) => malformedPulse(chance, keys),
		"check-ins": (chance: ReturnType<typeof random>) => malformedCheckin(chance, "bearer").bytes,
		"deSEC's answers": malformedAnswer,
	};
	it.each(Object.entries(kinds))("%s are many different ones, and the seed repeats them", (_, make) => {
		const drawn = (from: number) => {
			const chance = random(from);
			return Array.from({ length: 200 }, () => make(chance).toString("latin1"));
		};
		expect(drawn(7)).toEqual(drawn(7));
		expect(drawn(7)).not.toEqual(drawn(8));
		expect(new Set(drawn(7)).size).toBeGreaterThan(150);
	});
});
