import { expect, test } from "vitest";
import { relayFacts } from "../../../relay-side/facts.ts";
import type { Home } from "../../../relay-side/homes/home.ts";
import { homeLookup } from "../../../relay-side/homes/lookup.ts";
import { changesBetween, emptyRegistry, type Registry } from "../../../relay-side/homes/registry.ts";
import { acceptsAll } from "../../../relay-side/recipients/conditions.ts";
import { followHomes } from "../../../relay-side/recipients/follow.ts";
import type { HomeList } from "../../../relay-side/recipients/journal.ts";
import { createRecipients } from "../../../relay-side/recipients/map.ts";
import { parseRecipient, RecipientSet } from "../../../shared/recipient.ts";
import { random } from "../../shared/random.ts";
import { silent, silentHealth } from "../../shared/silent.ts";
import { homeOf } from "../homes/examples.ts";
import { memoryMaps } from "../postfix/memory-maps.ts";

/** Recipients as the part puts them together: they follow the homes by their fact. */
function world() {
	const maps = memoryMaps();
	const health = silentHealth();
	const facts = relayFacts();
	const lookup = homeLookup();
	const tellHomes = facts.homes.own("homes");
	const lists = new Map<string, HomeList>();
	const scene = { reads: 0, registry: { ...emptyRegistry, complete: true } as Registry };
	const listOf = (home: string) => lists.get(home);
	const recipients = createRecipients({
		maps: {
			...maps,
			each: (map, show) => {
				scene.reads += 1;
				return maps.each(map, show);
			},
		},
		file: "/nonexistent",
		sources: () => ({
			registry: scene.registry,
			byDomain: lookup.byDomain,
			listOf,
			delimiters: "+",
		}),
		health,
		log: silent,
	});
	tellHomes({ ...scene, ...lookup, changedHomes: new Set(), changedDomains: new Set() });
	followHomes(facts.homes, recipients, listOf);
	const settled = () => recipients.duty.settled();
	return {
		...{ maps, scene, health, lists, recipients, settled },
		tell(home: string, ...texts: string[]) {
			lists.set(home, { list: new RecipientSet(texts.map((text) => parseRecipient(text)!)), delimiter: "" });
		},
		/** Serves these homes, and relays for their domains as the routes do. */
		async serve(homes: Record<string, string[]>, deferred: string[] = []) {
			const made = Object.entries(homes).map(([id, domains], n): [string, Home] => [
				id,
				homeOf(id, n + 2, { domains }),
			]);
			const before = scene.registry;
			const registry = { ...before, homes: new Map(made), deferred: new Set(deferred) };
			const changes = changesBetween(before, registry);
			scene.registry = registry;
			lookup.follow(registry.homes, changes.changedHomes);
			if (changes.changedDomains.size > 0) tellHomes({ registry, ...lookup, ...changes });
			await settled();
			const ours = [...lookup.byDomain.keys(), ...deferred];
			maps.content.relay_domains = new Map(ours.map((domain) => [domain, "heimweg"]));
		},
		async look() {
			recipients.duty.poke();
			await settled();
		},
		keys: () => [...(maps.content.relay_recipients as Map<string, string>).keys()].sort(),
		told: () => health.subjects(acceptsAll).sort(),
	};
}

test("a home that comes has its recipients without a look at the whole map, and so has a first list", async () => {
	const { serve, scene, tell, recipients, keys, settled, told } = world();
	await serve({ anna: ["a.example"] });
	const { reads } = scene;
	await serve({ anna: ["a.example"], bert: ["b.example", "c.example"] });
	expect(keys()).toEqual(["@a.example", "@b.example", "@c.example"]);
	expect(told()).toEqual(["anna", "bert"]);
	tell("bert", "x@b.example", "y@c.example");
	recipients.changed(
		[..."xy"].map((name) => parseRecipient(`${name}@${name === "x" ? "b" : "c"}.example`)!),
		["bert"],
	);
	await settled();
	expect(keys()).toEqual(["@a.example", "x@b.example", "y@c.example"]);
	expect(told()).toEqual(["anna"]);
	expect(scene.reads).toBe(reads);
});

test("the entries of a domain that left go at the next look after Postfix stopped relaying for it", async () => {
	const { serve, tell, look, keys, scene } = world();
	tell("bert", "x@b.example");
	await serve({ anna: ["a.example"], bert: ["b.example"] });
	await look();
	await serve({ anna: ["a.example"] });
	expect(keys()).toEqual(["@a.example", "x@b.example"]);
	await look();
	expect(keys()).toEqual(["@a.example"]);
	const { reads } = scene;
	await look();
	expect(scene.reads).toBe(reads);
});

test("a map of recipients that is kept change by change is the one made from scratch", async () => {
	const { below } = random(23);
	const kept = world();
	const names = ["a.example", "b.example", "c.example", "xn--mller-kva.test", "d.example"];
	for (let round = 0; round < 200; round++) {
		const homes: Record<string, string[]> = { anna: [], bert: [], cora: [] };
		const waits: string[] = [];
		for (const name of names) {
			const who = ["anna", "bert", "cora", "waits", ""][below(5)]!;
			if (who === "waits") waits.push(name);
			else homes[who]?.push(name);
		}
		const served = Object.fromEntries(Object.entries(homes).filter(() => below(5) > 0));
		const home = ["anna", "bert", "cora"][below(3)]!;
		const told = names
			.flatMap((name) => ["x", "y"].map((user) => `${user}@${name}`))
			.filter(() => below(3) === 0);
		const old = [...(kept.lists.get(home)?.list ?? [])];
		if (below(2)) {
			kept.tell(home, ...told);
			kept.recipients.changed([...old, ...kept.lists.get(home)!.list], [home]);
		}
		await kept.serve(served, waits);
		await kept.look();
		const made = world();
		for (const [id, list] of kept.lists) made.lists.set(id, list);
		await made.serve(served, waits);
		made.recipients.changed(undefined);
		await made.settled();
		expect(kept.keys(), `round ${round}`).toEqual(made.keys());
		expect(kept.told()).toEqual(made.told());
	}
});
