import { expect, test } from "vitest";
import { answersOf } from "../../../../shared/dns/plan/answers.ts";
import { changedAnswers } from "../../../../shared/dns/plan/foreign.ts";
import { random } from "../../random.ts";
import { foreignAnswers } from "./foreign-answers.ts";
import { naiveServer } from "./naive-server.ts";
import { allNames, askedTypes, randomZone } from "./random-zone.ts";

/** Each zone has a seed of its own, so that one that fails is the same alone. */
const firstSeed = 12_000_000;

test("no answer for a foreign name changes in random zones, over plans, applies and undos", async () => {
	const sums = { applies: 0, undos: 0, refused: 0, races: 0 };
	for (let count = 0; count < 100; count++) {
		const story = await foreignAnswers(random(firstSeed + count));
		expect(story.changed, `in zone ${count}`).toEqual([]);
		for (const name of ["applies", "undos", "refused", "races"] as const) sums[name] += story[name];
	}
	// It is no proof where nothing was done.
	for (const sum of Object.values(sums)) expect(sum).toBeGreaterThan(30);
});

test("answers are foretold as a server that follows RFC 1034 step by step gives them", () => {
	const numbers = random(7);
	for (let count = 0; count < 100; count++) {
		const zone = randomZone(numbers);
		const [foretold, given] = [answersOf(zone), naiveServer(zone)];
		for (const name of allNames())
			for (const type of askedTypes)
				expect(foretold.of(name, type), `${name} ${type} in ${JSON.stringify(zone)}`).toBe(given(name, type));
	}
});

test("a record below a name that a wildcard answered for ends that answer, and this is seen", () => {
	const wildcard = { subname: "*", type: "A", ttl: 3600, records: ["192.0.2.1"] };
	const tlsa = { subname: "_25._tcp.relay", type: "TLSA", ttl: 3600, records: ["3 1 1 00"] };
	const changed = changedAnswers([wildcard], [wildcard, tlsa], new Set(["_25._tcp.relay TLSA"]));
	expect(changed).toContainEqual({ subname: "relay", type: "A", before: "A 192.0.2.1", after: "" });
	expect(changed).toContainEqual({ subname: "*.relay", type: "A", before: "A 192.0.2.1", after: "" });
	expect(changed.map(({ subname }) => subname).sort()).toEqual(
		["_25._tcp.relay", "_tcp.relay", "*._25._tcp.relay", "*._tcp.relay", "*.relay", "relay"].sort(),
	);
});
