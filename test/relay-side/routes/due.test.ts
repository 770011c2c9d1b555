import { expect, test } from "vitest";
import { emptyRegistry, type Registry } from "../../../relay-side/homes/registry.ts";
import { retryRoute } from "../../../relay-side/postfix/entry.ts";
import { createRoutes, due } from "../../../relay-side/routes/routes.ts";
import { random } from "../../shared/random.ts";
import { silent, silentHealth } from "../../shared/silent.ts";
import { homeOf, servedOf } from "../homes/examples.ts";
import { memoryMaps } from "../postfix/memory-maps.ts";

function world() {
	const maps = memoryMaps();
	const scene = {
		registry: { ...emptyRegistry, complete: true } as Registry,
		clock: 0,
		foreign: 0,
		reads: 0,
	};
	const routes = createRoutes({
		maps: {
			...maps,
			list: (map) => {
				scene.reads += 1;
				return maps.list(map);
			},
		},
		served: () => servedOf(scene.registry),
		mark: async () => `${maps.writes} ${scene.foreign}`,
		listQueue: async function* () {},
		state: { read: async () => undefined, write: async () => {} },
		health: silentHealth(),
		log: silent,
		patience: 1_000,
		now: () => scene.clock,
	});
	return {
		...{ maps, scene },
		serve(homes: Record<string, string[]>, deferred: string[] = []) {
			const made = Object.entries(homes).map(
				([id, domains], n) => [id, homeOf(id, n + 2, { domains })] as const,
			);
			scene.registry = { ...scene.registry, homes: new Map(made), deferred: new Set(deferred) };
		},
		async poke(...domains: string[]) {
			routes.poke(domains.length > 0 ? domains : undefined, { urgent: true });
			await routes.settled();
		},
		content: () => ({
			transport: new Map([...(maps.content.transport as Map<string, string>)].sort()),
			relayDomains: [...(maps.content.relay_domains as Map<string, string>).keys()].sort(),
		}),
	};
}

test("a look at what is due reads no map while the maps are as they were left, and all of them when not", async () => {
	const { maps, scene, serve, poke, content } = world();
	serve({ anna: ["a.example"], bert: ["b.example"] });
	await poke(due);
	expect(scene.reads).toBe(2);
	await poke(due);
	serve({ anna: ["a.example", "c.example"], bert: ["b.example"] });
	await poke("c.example");
	await poke(due);
	expect(scene.reads).toBe(2);
	expect(content().relayDomains).toEqual(["a.example", "b.example", "c.example"]);
	(maps.content.transport as Map<string, string>).delete("b.example");
	scene.foreign += 1;
	await poke(due);
	expect(scene.reads).toBe(4);
	expect(content().transport.has("b.example")).toBe(true);
});

test("a look at what is due lets go of domains whose last mail is gone, without the whole maps", async () => {
	const { scene, serve, poke, content } = world();
	serve({ anna: ["a.example"], bert: ["b.example"] });
	await poke(due);
	serve({ anna: ["a.example"] });
	await poke("b.example");
	expect(content().transport.get("b.example")).toBe(retryRoute);
	scene.clock = 2_000;
	await poke(due);
	expect([...content().transport.keys()]).toEqual(["a.example"]);
	expect(scene.reads).toBe(2);
});

test("once every home file was understood, what nobody wants is taken away at the next look", async () => {
	const { maps, scene, serve, poke, content } = world();
	maps.content.relay_domains = new Map([["old.example", "heimweg"]]);
	maps.content.transport = new Map([["old.example", "heimweg:[10.86.0.9]:25"]]);
	serve({ anna: ["a.example"] });
	scene.registry = { ...scene.registry, complete: false };
	await poke(due);
	expect(content().relayDomains).toEqual(["a.example", "old.example"]);
	scene.registry = { ...scene.registry, complete: true };
	await poke(due);
	expect(content().relayDomains).toEqual(["a.example"]);
});

test("maps that are kept change by change are those that one look at everything makes", async () => {
	const { below } = random(11);
	const kept = world();
	const names = Array.from({ length: 12 }, (_, n) => (n < 2 ? `xn--mller-kva.d${n}.test` : `d${n}.example`));
	let before = new Map<string, string>();
	await kept.poke(due);
	for (let round = 0; round < 150; round++) {
		const homes: Record<string, string[]> = { anna: [], bert: [], cora: [] };
		const now = new Map<string, string>();
		for (const name of names) {
			const who =
				below(4) > 0 && before.has(name)
					? before.get(name)!
					: ["anna", "bert", "cora", "waits", ""][below(5)]!;
			if (who) now.set(name, who);
			if (who in homes) homes[who]!.push(name);
		}
		const waits = [...now].flatMap(([name, who]) => (who === "waits" ? name : []));
		const changed = names.filter((name) => before.get(name) !== now.get(name));
		kept.serve(homes, waits);
		if (changed.length > 0) await kept.poke(...changed);
		kept.scene.clock += 400;
		await kept.poke(due);
		before = now;
		const made = world();
		made.serve(homes, waits);
		await made.poke(due);
		const { transport, relayDomains } = kept.content();
		expect(relayDomains).toEqual(made.content().relayDomains);
		// What left has a retry entry for a while.
		for (const [domain, route] of transport)
			if (route === retryRoute && !relayDomains.includes(domain)) transport.delete(domain);
		expect(transport).toEqual(made.content().transport);
	}
	expect(kept.scene.reads).toBe(2);
});
