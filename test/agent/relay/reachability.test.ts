import { setTimeout as sleep } from "node:timers/promises";
import { beforeEach, expect, test } from "vitest";
import { createReachability } from "../../../agent/relay/reachability.ts";
import { type Address, parseAddress } from "../../../shared/address.ts";

const [four, six] = [parseAddress("198.51.100.1"), parseAddress("2001:db8::1")];
/** Milliseconds after which each answers, and whether it does. */
let ways: Map<Address, { after: number; up: boolean }>;
let paths: ReturnType<typeof createReachability>;
beforeEach(() => {
	ways = new Map([four, six].map((address) => [address, { after: 0, up: true }]));
	paths = createReachability(async (address) => {
		const { after, up } = ways.get(address)!;
		if (after > 0) await sleep(after);
		return up;
	});
});

test("both are looked at; without a line there is nothing to look at", async () => {
	expect(await paths.look(four, six)).toEqual({ pathUp: true, pathIsBack: false, otherPathUp: true });
	expect(await paths.look(undefined, undefined)).toMatchObject({ pathUp: undefined, otherPathUp: undefined });
});

test("what could never be reached is not known to be down, and what was reached once is", async () => {
	ways.set(four, { after: 0, up: false });
	ways.set(six, { after: 0, up: false });
	expect(await paths.look(four, six)).toMatchObject({ pathUp: undefined, otherPathUp: undefined });
	ways.set(four, { after: 0, up: true });
	await paths.learn(four);
	ways.set(four, { after: 0, up: false });
	expect(await paths.look(four, six)).toMatchObject({ pathUp: false, otherPathUp: undefined });
});

test("what is back has its chance first, whatever the other does", async () => {
	await paths.look(four, six);
	ways.set(four, { after: 0, up: false });
	ways.set(six, { after: 0, up: false });
	expect(await paths.look(four, six)).toEqual({ pathUp: false, pathIsBack: false, otherPathUp: false });
	ways.set(four, { after: 0, up: true });
	ways.set(six, { after: 5_000, up: false });
	expect(await paths.look(four, six)).toEqual({ pathUp: true, pathIsBack: true, otherPathUp: undefined });
});

test("another family that is much slower is known from its last look", async () => {
	ways.set(six, { after: 600, up: true });
	expect(await paths.look(four, six)).toMatchObject({ pathUp: true, otherPathUp: undefined });
	await sleep(400);
	expect(await paths.look(four, six)).toMatchObject({ pathUp: true, otherPathUp: true });
});
