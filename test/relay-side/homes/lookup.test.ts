import { expect, test } from "vitest";
import type { Home } from "../../../relay-side/homes/home.ts";
import { homeLookup, lookupOf } from "../../../relay-side/homes/lookup.ts";
import { random } from "../../shared/random.ts";
import { homeOf } from "./examples.ts";

test("whose an address or a domain is, kept change by change, is what the homes say, also when they swap", () => {
	const { below } = random(5);
	const lookup = homeLookup();
	let homes = new Map<string, Home>();
	for (let round = 0; round < 500; round++) {
		const owner = Array.from({ length: 12 }, () => below(7));
		const fresh = new Map<string, Home>();
		for (let id = 1; id < 7; id++) {
			const mine = owner.flatMap((who, thing) => (who === id ? thing : []));
			const domains = mine.map((thing) => `d${thing}.example`);
			if (mine.length > 0) fresh.set(`h${id}`, homeOf(`h${id}`, 10 + mine[0]!, { domains }));
		}
		lookup.follow(fresh, new Set([...homes.keys(), ...fresh.keys()]));
		homes = fresh;
		const made = lookupOf(homes);
		expect(new Map([...lookup.at].sort())).toEqual(new Map([...made.at].sort()));
		expect(new Map([...lookup.byDomain].sort())).toEqual(new Map([...made.byDomain].sort()));
	}
});
