import { expect, test } from "vitest";
import { lookupOf } from "../../../relay-side/homes/lookup.ts";
import { emptyRegistry, type Registry } from "../../../relay-side/homes/registry.ts";
import { mapDamaged } from "../../../relay-side/postfix/conditions.ts";
import { acceptsAll, recipientsFailing } from "../../../relay-side/recipients/conditions.ts";
import type { HomeList } from "../../../relay-side/recipients/journal.ts";
import { createRecipients } from "../../../relay-side/recipients/map.ts";
import { createRoutes } from "../../../relay-side/routes/routes.ts";
import { parseRecipient, type Recipient, RecipientSet } from "../../../shared/recipient.ts";
import { silent, silentHealth } from "../../shared/silent.ts";
import { homeOf, servedOf } from "../homes/examples.ts";
import { type MemoryMaps, memoryMaps } from "../postfix/memory-maps.ts";

function world(maps: MemoryMaps = memoryMaps()) {
	const lists = new Map<string, HomeList>();
	const scene = {
		maps,
		lists,
		registry: { ...emptyRegistry, complete: true } as Registry,
		delimiters: "+" as string | undefined,
		health: silentHealth(),
		serve(homes: Record<string, string[]>, deferred: string[] = []) {
			const entries = Object.entries(homes).map(
				([id, domains], number) => [id, homeOf(id, number + 2, { domains })] as const,
			);
			scene.registry = { ...scene.registry, homes: new Map(entries), deferred: new Set(deferred) };
		},
		tell(home: string, texts: string[], changes: Partial<HomeList> = {}) {
			const list = new RecipientSet(texts.map((text) => parseRecipient(text)!));
			lists.set(home, { list, delimiter: "", ...changes });
		},
		async all() {
			recipients.changed(undefined);
			await recipients.duty.settled();
		},
		async some(...texts: string[]) {
			recipients.changed(texts as Recipient[]);
			await recipients.duty.settled();
		},
		keys: () => [...(maps.content.relay_recipients as Map<string, string>).keys()].sort(),
	};
	const recipients = createRecipients({
		maps,
		file: "/nonexistent",
		sources: () => ({
			registry: scene.registry,
			byDomain: lookupOf(scene.registry.homes).byDomain,
			listOf: (home) => lists.get(home),
			delimiters: scene.delimiters,
		}),
		health: scene.health,
		log: silent,
	});
	return { ...scene, scene, recipients };
}

test("a domain with a list accepts its users, one without a list everybody, and a condition says so", async () => {
	const { scene, keys, all, tell, health } = world();
	scene.serve({ anna: ["a.example", "b.example"], bert: ["c.example"] });
	tell("anna", ["x@a.example", "@b.example"]);
	await all();
	expect(keys()).toEqual(["@b.example", "@c.example", "x@a.example"]);
	expect(health.list().map(({ code, subject }) => [code, subject])).toEqual([[acceptsAll.code, "bert"]]);
	expect(health.list()[0]?.text).toContain("c.example of the home bert: the home has not told");
});

test("what the map has already is neither written again nor told as a change", async () => {
	const { scene, all, some, tell, maps } = world();
	scene.serve({ anna: ["a.example"] });
	tell("anna", ["x@a.example", "y@a.example"]);
	await all();
	const writes: string[] = [];
	const { set } = maps;
	maps.set = async (map, entries) => {
		writes.push(...entries.keys());
		return set(map, entries);
	};
	await some("x@a.example", "y@a.example");
	expect(writes).toEqual([]);
	tell("anna", ["x@a.example", "y@a.example", "z@a.example"]);
	await some("x@a.example", "y@a.example", "z@a.example");
	expect(writes).toEqual(["z@a.example"]);
});

test("a list that is not whole, names nobody, or that Postfix would misread opens its domains", async () => {
	const { scene, keys, all, tell, health } = world();
	scene.serve({ anna: ["a.example", "b.example"] });
	tell("anna", ["x@a.example"]);
	await all();
	expect(keys()).toEqual(["@b.example", "x@a.example"]);
	expect(health.list()[0]?.text).toContain("b.example of the home anna: the home's list names nobody there");
	tell("anna", ["x@a.example", "y@b.example"], { open: "mysql does not answer" });
	await all();
	expect(keys()).toEqual(["@a.example", "@b.example"]);
	expect(health.list()[0]?.text).toContain("a.example, b.example of the home anna: mysql does not answer");
	tell("anna", ["x@a.example", "y@b.example"], { delimiter: "-" });
	await all();
	expect(keys()).toEqual(["@a.example", "@b.example"]);
	expect(health.list()[0]?.text).toContain("postconf -e recipient_delimiter=+-");
	scene.delimiters = "+-";
	await all();
	expect(keys()).toEqual(["x@a.example", "y@b.example"]);
	expect(health.list()).toEqual([]);
});

test("at no moment of a change is somebody refused who is valid before and after", async () => {
	const { scene, maps, all, tell, some } = world();
	scene.serve({ anna: ["a.example"] });
	const accepted = (key: string) => {
		const entries = maps.content.relay_recipients as Map<string, string>;
		return entries.has(key) || entries.has("@a.example");
	};
	await all();
	let looks = 0;
	maps.afterWrite = () => {
		looks += 1;
		expect(accepted("x@a.example")).toBe(true);
	};
	tell("anna", ["x@a.example"]);
	await all();
	tell("anna", ["x@a.example"], { open: "for a while" });
	await all();
	tell("anna", ["x@a.example", "y@a.example"]);
	await all();
	await some("y@a.example");
	expect(looks).toBeGreaterThanOrEqual(6);
});

test("a small change costs two writes and no look at the map", async () => {
	const { scene, maps, all, tell, some, keys } = world();
	scene.serve({ anna: ["a.example"] });
	tell("anna", ["x@a.example", "y@a.example"]);
	await all();
	const { writes, list } = maps;
	maps.list = () => Promise.reject(new Error("the whole map was read"));
	tell("anna", ["x@a.example", "z@a.example"]);
	await some("z@a.example", "y@a.example", "nobody@other.example");
	maps.list = list;
	expect(keys()).toEqual(["x@a.example", "z@a.example"]);
	expect(maps.writes - writes).toBe(2);
});

test("the first recipient of a domain closes it for all others, and with the last one it opens again", async () => {
	const { scene, all, tell, some, keys } = world();
	scene.serve({ anna: ["a.example", "xn--mller-kva.test"] });
	tell("anna", ["x@a.example"]);
	await all();
	expect(keys()).toEqual(["@müller.test", "@xn--mller-kva.test", "x@a.example"]);
	tell("anna", ["x@a.example", "y@xn--mller-kva.test"]);
	await some("y@xn--mller-kva.test");
	expect(keys()).toEqual(["x@a.example", "y@müller.test", "y@xn--mller-kva.test"]);
	tell("anna", ["x@a.example"]);
	await some("y@xn--mller-kva.test");
	expect(keys()).toEqual(["@müller.test", "@xn--mller-kva.test", "x@a.example"]);
});

test("a small change goes through although the whole map cannot be read; that is tried again until it can", async () => {
	const { scene, maps, all, tell, recipients, keys, health } = world();
	scene.serve({ anna: ["a.example"] });
	tell("anna", ["x@a.example"]);
	await all();
	const { list } = maps;
	maps.list = () => Promise.reject(new Error("postmap did not end within 30 s"));
	tell("anna", ["x@a.example", "z@a.example"]);
	recipients.changed(undefined);
	recipients.changed(["z@a.example" as Recipient]);
	await expect.poll(() => health.has(recipientsFailing)).toBe(true);
	expect(keys()).toEqual(["x@a.example", "z@a.example"]);
	maps.list = list;
	(maps.content.relay_recipients as Map<string, string>).set("spam@a.example", "x");
	recipients.duty.poke(undefined, { urgent: true });
	await recipients.duty.settled();
	expect(keys()).toEqual(["x@a.example", "z@a.example"]);
	expect(health.has(recipientsFailing)).toBe(false);
});

test("what becomes valid while the map is read is not taken away", async () => {
	const { scene, maps, all, tell, keys } = world();
	scene.serve({ anna: ["a.example"] });
	tell("anna", ["x@a.example"]);
	await all();
	(maps.content.relay_recipients as Map<string, string>).set("y@a.example", "heimweg");
	const { each } = maps;
	maps.each = async (map, show) => {
		await each(map, show);
		tell("anna", ["x@a.example", "y@a.example"]);
	};
	const { writes } = maps;
	await all();
	expect(maps.writes).toBe(writes);
	expect(keys()).toEqual(["x@a.example", "y@a.example"]);
});

test("what somebody else put into the map goes, and what is missing comes back", async () => {
	const { scene, maps, all, tell, keys } = world();
	scene.serve({ anna: ["a.example"] });
	tell("anna", ["x@a.example", "y@a.example"]);
	await all();
	const entries = maps.content.relay_recipients as Map<string, string>;
	entries.delete("y@a.example");
	for (const key of ["spam@a.example", "odd", "UPPER@a.example", "u@gone.example"]) entries.set(key, "x");
	await all();
	expect(keys()).toEqual(["x@a.example", "y@a.example"]);
});

test("a map that is missing or damaged is made anew", async () => {
	const { scene, maps, all, tell, keys, health } = world();
	scene.serve({ anna: ["a.example"], bert: ["b.example"] });
	tell("anna", ["x@a.example"]);
	maps.content.relay_recipients = "damaged";
	await all();
	expect(keys()).toEqual(["@b.example", "x@a.example"]);
	expect(maps.mended).toEqual(["relay_recipients"]);
	expect(health.has(mapDamaged)).toBe(false);
	expect(health.has(recipientsFailing)).toBe(false);
});

test("a domain that left keeps its entries while Postfix relays for it; one without a home accepts all", async () => {
	const maps = memoryMaps({}, ["a.example", "odd.example"]);
	const { scene, all, tell, keys } = world(maps);
	scene.serve({ anna: ["a.example"] });
	tell("anna", ["x@a.example"]);
	await all();
	expect(keys()).toEqual(["@odd.example", "x@a.example"]);
	scene.serve({});
	await all();
	expect(keys()).toEqual(["@odd.example", "x@a.example"]);
	(maps.content.relay_domains as Map<string, string>).clear();
	scene.registry = { ...scene.registry, complete: false };
	await all();
	expect(keys()).toEqual(["@odd.example", "x@a.example"]);
	scene.registry = { ...scene.registry, complete: true };
	await all();
	expect(keys()).toEqual([]);
});

test("a domain that is claimed twice accepts all: its mail waits, and nobody is refused", async () => {
	const { scene, all, keys } = world();
	scene.serve({ anna: ["a.example"] }, ["two.example"]);
	await all();
	expect(keys()).toEqual(["@a.example", "@two.example"]);
});

test("a domain has its recipients before Postfix relays for it, or else does not enter", async () => {
	const { scene, maps, recipients, tell, health } = world();
	scene.serve({ anna: ["a.example", "b.example"] });
	tell("anna", ["x@a.example"]);
	const routes = createRoutes({
		maps,
		served: () => servedOf(scene.registry),
		admit: recipients.admit,
		listQueue: async function* () {},
		state: { read: async () => undefined, write: async () => {} },
		health,
		log: silent,
	});
	const { set } = maps;
	maps.set = async (map, entries) => {
		if (map === "relay_recipients") throw new Error("no space left on device");
		await set(map, entries);
	};
	routes.poke();
	await expect.poll(() => health.has(acceptsAll) || health.list().length > 0).toBe(true);
	expect(maps.content.relay_domains).toEqual(new Map());
	maps.set = async (map, entries) => {
		if (map === "relay_domains") {
			const known = maps.content.relay_recipients as Map<string, string>;
			expect([...known.keys()].sort()).toEqual(["@b.example", "x@a.example"]);
		}
		await set(map, entries);
	};
	routes.poke(undefined, { urgent: true });
	await routes.settled();
	expect([...(maps.content.relay_domains as Map<string, string>).keys()]).toEqual(["a.example", "b.example"]);
	await routes.stop();
});

test("a reason that alone changed is told, without a look at the map", async () => {
	const { scene, recipients, tell, all, health } = world();
	scene.serve({ anna: ["a.example"] });
	tell("anna", ["x@a.example"], { open: "a table is locked" });
	await all();
	tell("anna", ["x@a.example"], { open: "a table is gone" });
	scene.maps.list = () => Promise.reject(new Error("the map was looked at"));
	recipients.changed([]);
	await recipients.duty.settled();
	expect(health.list().map(({ code }) => code)).toEqual([acceptsAll.code]);
	expect(health.list()[0]?.text).toContain("a table is gone");
});
