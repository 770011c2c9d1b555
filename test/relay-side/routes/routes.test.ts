import { pino } from "pino";
import { describe, expect, test, vi } from "vitest";
import { emptyRegistry, type Registry } from "../../../relay-side/homes/registry.ts";
import { retryRoute } from "../../../relay-side/postfix/entry.ts";
import { routesFailing } from "../../../relay-side/routes/conditions.ts";
import { createRoutes, type Leaving, type RoutesOptions } from "../../../relay-side/routes/routes.ts";
import { Health } from "../../../shared/health.ts";
import type { QueuedMessage } from "../../../shared/postfix/queue.ts";
import { homeOf, servedOf } from "../homes/examples.ts";
import { type MemoryMaps, memoryMaps } from "../postfix/memory-maps.ts";

const log = pino({ level: "silent" });

/** A relay's world: maps, queue, clock, and what the registry wants. */
function world(
	maps: MemoryMaps = memoryMaps(),
	homes: Record<string, string[]> = {},
	deferred: string[] = [],
) {
	const scene = {
		maps,
		registry: registryOf(homes, deferred),
		/** Domains with waiting mail. */
		queued: new Set<string>(),
		/** How often the queue was read; a string makes it fail. */
		queueReads: 0,
		queueError: undefined as Error | undefined,
		clock: 0,
		saved: undefined as Leaving | undefined,
		health: new Health(log),
		start,
		whole: async () => once(),
		only: async (...domains: string[]) => once(domains),
	};
	function start(changes: Partial<RoutesOptions> = {}) {
		return createRoutes({
			maps: scene.maps,
			served: () => servedOf(scene.registry),
			listQueue: queue,
			state: {
				read: async () => scene.saved,
				write: async (value) => {
					scene.saved = value;
				},
			},
			health: scene.health,
			log,
			patience: 1_000,
			now: () => scene.clock,
			...changes,
		});
	}
	async function* queue(): AsyncGenerator<QueuedMessage> {
		scene.queueReads += 1;
		if (scene.queueError) throw scene.queueError;
		for (const domain of scene.queued) {
			yield {
				queue_id: "1",
				queue_name: "deferred",
				arrival_time: 1_700_000_000,
				recipients: [{ address: `Someone@${domain.toUpperCase()}` }],
			};
		}
	}
	const duty = start();
	/** One run of the duty that lives as long as the scene; says whether it succeeded. */
	async function once(domains?: string[]): Promise<boolean> {
		scene.health.clear(routesFailing);
		let settled = false;
		duty.poke(domains, { urgent: true });
		void duty.settled().then(() => {
			settled = true;
		});
		await vi.waitUntil(() => settled || scene.health.has(routesFailing), { interval: 1, timeout: 5_000 });
		return settled;
	}
	return scene;
}

function registryOf(homes: Record<string, string[]>, deferred: string[] = [], complete = true): Registry {
	const list = Object.entries(homes).map(([id, domains], index) => homeOf(id, 2 + index, { domains }));
	return {
		...emptyRegistry,
		homes: new Map(list.map((home) => [home.id, home])),
		deferred: new Set(deferred),
		complete,
	};
}

function transport(maps: MemoryMaps): Record<string, string> {
	return Object.fromEntries(maps.content.transport as Map<string, string>);
}

function relayDomains(maps: MemoryMaps): string[] {
	return [...(maps.content.relay_domains as Map<string, string>).keys()].sort();
}

const anna = "heimweg:[10.86.0.2]:25";

describe("routes", () => {
	test("a served domain gets its home's route and is relayed; a second run writes nothing", async () => {
		const scene = world(memoryMaps(), { anna: ["a.example"], bert: ["b.example"] });
		await scene.whole();
		expect(transport(scene.maps)).toEqual({ "a.example": anna, "b.example": "heimweg:[10.86.0.3]:25" });
		expect(relayDomains(scene.maps)).toEqual(["a.example", "b.example"]);
		const writes = scene.maps.writes;
		await scene.whole();
		await scene.only("a.example", "b.example", "other.example");
		expect(scene.maps.writes).toBe(writes);
		expect(scene.queueReads).toBe(0);
	});

	test("a poke about one domain touches only that domain", async () => {
		const scene = world(memoryMaps({ "foreign.example": "smtp:" }), {
			anna: ["a.example"],
			bert: ["b.example"],
		});
		await scene.only("a.example");
		expect(transport(scene.maps)).toEqual({ "foreign.example": "smtp:", "a.example": anna });
		expect(relayDomains(scene.maps)).toEqual(["a.example"]);
	});

	test("an IPv6 home and another port stand in the route as Postfix wants them", async () => {
		const scene = world();
		const home = homeOf("six", 9, {
			addresses: ["fd86::9" as never],
			mailPort: 2525,
			domains: ["six.example"],
		});
		scene.registry = { ...scene.registry, homes: new Map([["six", home]]) };
		await scene.whole();
		expect(transport(scene.maps)).toEqual({ "six.example": "heimweg:[fd86::9]:2525" });
	});

	test("a domain that moves to another home changes its route and never leaves relay_domains", async () => {
		const scene = world(memoryMaps({ "a.example": anna }, ["a.example"]), { anna: [], bert: ["a.example"] });
		scene.maps.afterWrite = () => expect(relayDomains(scene.maps)).toEqual(["a.example"]);
		await scene.whole();
		expect(transport(scene.maps)).toEqual({ "a.example": "heimweg:[10.86.0.3]:25" });
	});

	test("what somebody else changed in our maps is put right by a look at the whole", async () => {
		const scene = world(
			memoryMaps({ "a.example": "smtp:evil.example", "*": "smtp:x", "big.example": "smtp:y" }),
			{
				anna: ["a.example"],
			},
		);
		await scene.whole();
		expect(transport(scene.maps)).toEqual({ "a.example": anna });
		expect(relayDomains(scene.maps)).toEqual(["a.example"]);
	});
});

describe("leaving", () => {
	test("a removed domain keeps a retry entry until none of its mail is queued, for long enough", async () => {
		const scene = world(memoryMaps({ "a.example": anna }, ["a.example"]));
		scene.queued.add("a.example");
		await scene.only("a.example");
		expect(relayDomains(scene.maps)).toEqual([]);
		expect(transport(scene.maps)).toEqual({ "a.example": retryRoute });
		scene.clock = 60_000;
		await scene.whole();
		scene.queued.clear();
		await scene.whole();
		scene.clock += 999;
		await scene.whole();
		expect(transport(scene.maps)).toEqual({ "a.example": retryRoute });
		scene.clock += 1;
		await scene.whole();
		expect(transport(scene.maps)).toEqual({});
		expect(scene.saved).toEqual({ leaving: [] });
	});

	test("mail that comes while a domain leaves begins the wait anew", async () => {
		const scene = world(memoryMaps({ "a.example": anna }, ["a.example"]));
		await scene.whole();
		scene.clock = 900;
		scene.queued.add("a.example");
		await scene.whole();
		scene.queued.clear();
		scene.clock = 1_100;
		await scene.whole();
		expect(transport(scene.maps)).toEqual({ "a.example": retryRoute });
	});

	test("a queue that cannot be read is a condition, keeps the retry entry and stops no other change", async () => {
		const scene = world(memoryMaps({ "a.example": anna }, ["a.example"]), { bert: ["b.example"] });
		scene.queueError = new Error("mail system is down");
		expect(await scene.whole()).toBe(false);
		scene.clock = 60_000;
		expect(await scene.whole()).toBe(false);
		expect(transport(scene.maps)).toEqual({ "a.example": retryRoute, "b.example": "heimweg:[10.86.0.2]:25" });
		expect(relayDomains(scene.maps)).toEqual(["b.example"]);
	});

	test("a domain that is served again while it leaves has its route back", async () => {
		const scene = world(memoryMaps({ "a.example": anna }, ["a.example"]));
		await scene.whole();
		scene.registry = registryOf({ anna: ["a.example"] });
		await scene.only("a.example");
		expect(transport(scene.maps)).toEqual({ "a.example": anna });
		expect(relayDomains(scene.maps)).toEqual(["a.example"]);
		expect(scene.saved).toEqual({ leaving: [] });
	});

	test("a leaving domain's retry entry that somebody removed is put back while mail may wait", async () => {
		const scene = world(memoryMaps({ "a.example": anna }, ["a.example"]));
		scene.queued.add("a.example");
		await scene.whole();
		(scene.maps.content.transport as Map<string, string>).clear();
		await scene.whole();
		expect(transport(scene.maps)).toEqual({ "a.example": retryRoute });
	});
});

describe("what waits or is not known", () => {
	test("a deferred domain is relayed, new or not, so that its mail waits whatever main.cf says", async () => {
		const scene = world(memoryMaps({ "a.example": anna }, ["a.example"]), {}, ["a.example", "new.example"]);
		scene.maps.afterWrite = () => {
			for (const domain of relayDomains(scene.maps)) expect(transport(scene.maps)).toHaveProperty([domain]);
		};
		await scene.whole();
		expect(transport(scene.maps)).toEqual({ "a.example": retryRoute, "new.example": retryRoute });
		expect(relayDomains(scene.maps)).toEqual(["a.example", "new.example"]);
		scene.registry = registryOf({ bert: ["b.example"] });
		await scene.whole();
		expect(relayDomains(scene.maps)).toEqual(["b.example"]);
		expect(transport(scene.maps)["new.example"]).toBe(retryRoute);
	});

	test("a deferred domain is not relayed before Postfix knows that everybody is valid there", async () => {
		const scene = world(memoryMaps(), {}, ["new.example"]);
		const admitted: string[] = [];
		const duty = scene.start({
			async admit(domains) {
				expect(relayDomains(scene.maps)).toEqual([]);
				admitted.push(...domains);
			},
		});
		duty.poke();
		await duty.settled();
		expect(admitted).toEqual(["new.example"]);
		expect(relayDomains(scene.maps)).toEqual(["new.example"]);
	});

	test("while a home file was never understood, nothing is taken away, and nothing relayed lacks an entry", async () => {
		const scene = world(
			memoryMaps({ "a.example": anna, "x.example": "smtp:" }, ["a.example", "bare.example"]),
		);
		scene.registry = registryOf({ bert: ["b.example"] }, [], false);
		await scene.whole();
		expect(relayDomains(scene.maps)).toEqual(["a.example", "b.example", "bare.example"]);
		expect(transport(scene.maps)).toEqual({
			"a.example": anna,
			"x.example": "smtp:",
			"bare.example": retryRoute,
			"b.example": "heimweg:[10.86.0.2]:25",
		});
	});
});

describe("damage", () => {
	test("a damaged or missing transport map is made anew, with entries for what left and what is relayed", async () => {
		const scene = world(memoryMaps({ "gone.example": anna }, ["gone.example"]), { bert: ["b.example"] });
		scene.queued.add("gone.example");
		await scene.whole();
		scene.maps.content.transport = "damaged";
		(scene.maps.content.relay_domains as Map<string, string>).set("odd.example", "x");
		expect(await scene.only("b.example")).toBe(true);
		expect(transport(scene.maps)).toEqual({
			"b.example": "heimweg:[10.86.0.2]:25",
			"gone.example": retryRoute,
			"odd.example": retryRoute,
		});
		expect(scene.maps.mended).toEqual(["transport"]);
	});

	test("damage found by a poke about one domain costs no other domain its route", async () => {
		for (const map of ["transport", "relay_domains"] as const) {
			const scene = world(memoryMaps(), { anna: ["a.example", "c.example"], bert: ["b.example"] });
			await scene.whole();
			const good = transport(scene.maps);
			scene.maps.content[map] = "damaged";
			expect(await scene.only("b.example")).toBe(true);
			expect(transport(scene.maps)).toEqual(good);
			expect(relayDomains(scene.maps)).toEqual(["a.example", "b.example", "c.example"]);
		}
	});

	test("a damaged relay_domains is made anew, after transport has every entry", async () => {
		const scene = world(memoryMaps({ "b.example": anna }), { anna: ["a.example"], bert: ["b.example"] }, [
			"d.example",
		]);
		scene.maps.content.relay_domains = "damaged";
		scene.maps.afterWrite = () => {
			if (scene.maps.content.relay_domains === "damaged") return;
			for (const domain of relayDomains(scene.maps)) expect(transport(scene.maps)).toHaveProperty([domain]);
		};
		expect(await scene.whole()).toBe(true);
		expect(relayDomains(scene.maps)).toEqual(["a.example", "b.example", "d.example"]);
	});

	test("both maps missing is how a relay begins", async () => {
		const scene = world(memoryMaps(), { anna: ["a.example"] });
		scene.maps.content.transport = "damaged";
		scene.maps.content.relay_domains = "damaged";
		expect(await scene.whole()).toBe(true);
		expect(transport(scene.maps)).toEqual({ "a.example": anna });
		expect(relayDomains(scene.maps)).toEqual(["a.example"]);
	});

	test("a map that can be listed but not changed is made anew", async () => {
		for (const map of ["transport", "relay_domains"] as const) {
			const scene = world(memoryMaps({ "a.example": anna, "x.example": "smtp:" }, ["a.example"]), {
				anna: ["a.example", "b.example"],
			});
			scene.maps.unwritable.add(map);
			expect(await scene.whole()).toBe(true);
			expect(transport(scene.maps)).toEqual({ "a.example": anna, "b.example": anna });
			expect(relayDomains(scene.maps)).toEqual(["a.example", "b.example"]);
		}
	});

	test("a disk that cannot be written is a condition that says so", async () => {
		const scene = world(memoryMaps(), { anna: ["a.example"] });
		scene.maps.failure = new Error("no space left on device");
		expect(await scene.whole()).toBe(false);
		expect(scene.health.list()[0]?.text).toContain("no space left on device");
	});
});

describe("killed at any moment", () => {
	const starts: Array<[string, () => MemoryMaps]> = [
		["empty maps", () => memoryMaps()],
		["the maps of before", () => memoryMaps(before, Object.keys(before))],
		["a relayed domain without an entry", () => memoryMaps({}, ["old.example", "kept.example"])],
		["no transport map", () => damagedMaps("transport")],
		["no relay_domains map", () => damagedMaps("relay_domains")],
		["no map at all", () => damagedMaps("transport", "relay_domains")],
	];
	const before = {
		"old.example": anna,
		"kept.example": anna,
		"moves.example": anna,
		"conflict.example": anna,
		"waits.example": retryRoute,
	};
	const wanted = { anna: ["kept.example", "new.example"], bert: ["moves.example", "waits.example"] };

	function damagedMaps(...names: Array<"transport" | "relay_domains">): MemoryMaps {
		const maps = memoryMaps(before, Object.keys(before));
		for (const name of names) maps.content[name] = "damaged";
		return maps;
	}

	/** What may bounce: a relayed domain, or one with waiting mail, without a transport entry. */
	function bouncing(maps: MemoryMaps, queued: Iterable<string>): string[] {
		if (maps.content.transport === "damaged") return [];
		const relayed = maps.content.relay_domains === "damaged" ? [] : relayDomains(maps);
		const routes = transport(maps);
		return [...relayed, ...queued].filter((domain) => !(domain in routes));
	}

	test.each(starts)(
		"mail bounces at no step from %s, and the next start finishes the work",
		async (_, begin) => {
			for (let killBefore = 0; killBefore < 12; killBefore++) {
				const scene = world(begin(), wanted, ["conflict.example"]);
				// What is remembered was written when these domains began to leave, before anything else was touched.
				scene.saved = { leaving: ["old.example"] };
				scene.queued = new Set(Object.keys(before));
				const alreadyWrong = new Set(bouncing(scene.maps, scene.queued));
				scene.maps.killBefore = killBefore;
				scene.maps.afterWrite = () => {
					for (const domain of bouncing(scene.maps, scene.queued)) expect(alreadyWrong).toContain(domain);
					for (const domain of alreadyWrong) {
						if (!bouncing(scene.maps, scene.queued).includes(domain)) alreadyWrong.delete(domain);
					}
				};
				await scene.whole();
				delete scene.maps.killBefore;
				const next = world(scene.maps, wanted, ["conflict.example"]);
				next.saved = scene.saved;
				next.queued = scene.queued;
				await next.whole();
				expect(bouncing(next.maps, next.queued)).toEqual([]);
				expect(transport(next.maps)).toMatchObject({
					"kept.example": anna,
					"new.example": anna,
					"moves.example": "heimweg:[10.86.0.3]:25",
					"waits.example": "heimweg:[10.86.0.3]:25",
					"conflict.example": retryRoute,
					"old.example": retryRoute,
				});
				expect(relayDomains(next.maps)).not.toContain("old.example");
			}
		},
	);
});
