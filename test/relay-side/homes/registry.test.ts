import { describe, expect, test } from "vitest";
import type { Home, HomeFile } from "../../../relay-side/homes/home.ts";
import {
	acceptRemovals,
	emptyRegistry,
	type Files,
	next,
	type Registry,
	removalDelay,
} from "../../../relay-side/homes/registry.ts";
import { homeOf } from "./examples.ts";

function files(...homes: Array<Home | string>): Files {
	const entries = homes.map((home): [string, HomeFile] =>
		typeof home === "string"
			? [home, { file: `${home}.toml`, problems: [`${home}.toml: domains: expected something else`] }]
			: [home.id, { file: `${home.id}.toml`, home }],
	);
	return { readable: true, directory: "/homes.d", homes: new Map(entries) };
}

const unreadable: Files = { readable: false, directory: "/homes.d", reason: "permission denied" };

function served(registry: Registry): Record<string, string[]> {
	return Object.fromEntries([...registry.homes].map(([id, home]) => [id, home.domains]));
}

/** The registry after these files were seen, all long enough. */
function after(...states: Files[]): Registry {
	let registry = emptyRegistry;
	let now = 0;
	for (const state of states) {
		registry = next(registry, state, now).registry;
		registry = next(registry, state, now + removalDelay).registry;
		now += 2 * removalDelay;
	}
	return registry;
}

const [anna, bert, carl] = [homeOf("anna", 2), homeOf("bert", 3), homeOf("carl", 4)];

describe("files", () => {
	test("a new file is served at once, and only its home and domains count as changed", () => {
		const step = next(after(files(anna)), files(anna, bert), 0);
		expect(served(step.registry)).toEqual({ anna: ["anna.example"], bert: ["bert.example"] });
		expect([...step.changedHomes]).toEqual(["bert"]);
		expect([...step.changedDomains]).toEqual(["bert.example"]);
		expect(step.findings).toEqual([]);
	});

	test("a file read again without a change changes nothing", () => {
		const step = next(after(files(anna)), files(structuredClone(anna)), 0);
		expect(step.changedHomes.size + step.changedDomains.size).toBe(0);
	});

	test("a wrong file keeps what was last applied, and others get their change", () => {
		const moved = { ...bert, mailPort: 2525 };
		const step = next(after(files(anna, bert)), files("anna", moved), 0);
		expect(step.registry.homes.get("anna")).toEqual(anna);
		expect(step.registry.homes.get("bert")?.mailPort).toBe(2525);
		expect(step.findings).toMatchObject([{ is: "wrong", id: "anna", file: "anna.toml", served: true }]);
	});

	test("an invited home whose file is gone for a moment keeps its place and its mail, and not for longer", () => {
		const { publicKey: _, ...rest } = homeOf("dora", 5);
		const invited = { ...rest, invitation: "invite00" };
		const present = new Map<string, HomeFile>([["dora", { file: "dora.toml", invited }]]);
		const open = () => "open" as const;
		const at = (before: Registry, homes: Map<string, HomeFile>, now: number) =>
			next(before, { readable: true, directory: "/homes.d", homes }, now, undefined, open);
		const there = at(emptyRegistry, present, 0).registry;
		const gone = at(there, new Map(), 5);
		expect([[...gone.registry.deferred], [...gone.registry.invited.keys()]]).toEqual([
			["dora.example"],
			["dora"],
		]);
		expect([gone.wakeAt, gone.changedDomains.size]).toEqual([5 + removalDelay, 0]);
		expect(at(gone.registry, present, 10).registry.absentSince.size).toBe(0);
		const after = at(gone.registry, new Map(), 5 + removalDelay).registry;
		expect([after.deferred.size, after.invited.size, after.absentSince.size, after.held.size]).toEqual([
			0, 0, 0, 0,
		]);
	});

	test("a wrong file of a home that was never applied is not served", () => {
		const step = next(after(files(anna)), files(anna, "bert"), 0);
		expect(Object.keys(served(step.registry))).toEqual(["anna"]);
		expect(step.findings).toMatchObject([{ is: "wrong", id: "bert", served: false }]);
	});
});

describe("claims", () => {
	test("a newcomer that claims what an applied home has is refused whole, the holder is untouched", () => {
		for (const clash of [
			{ domains: ["bert.example", "anna.example"] },
			{ addresses: anna.addresses },
			{ publicKey: anna.publicKey },
		]) {
			const step = next(after(files(anna)), files({ ...bert, ...clash }, anna), 0);
			expect(served(step.registry)).toEqual({ anna: ["anna.example"] });
			expect(step.findings).toMatchObject([{ is: "refused", id: "bert", claims: [{ others: ["anna"] }] }]);
			expect(step.registry.deferred.size).toBe(0);
		}
	});

	test("an applied home that claims more than it may keeps what it had", () => {
		const greedy = { ...bert, domains: ["bert.example", "anna.example"] };
		const step = next(after(files(anna, bert)), files(anna, greedy), 0);
		expect(served(step.registry)).toEqual({ anna: ["anna.example"], bert: ["bert.example"] });
		expect(step.findings).toMatchObject([{ is: "refused", id: "bert", served: true }]);
	});

	test("at a start with two files claiming one domain, neither gets it and its mail is deferred", () => {
		const a = { ...anna, domains: ["anna.example", "both.example"] };
		const b = { ...bert, domains: ["both.example", "bert.example"] };
		for (const start of [files(a, b), files(b, a)]) {
			const step = next(emptyRegistry, start, 0);
			expect(served(step.registry)).toEqual({ anna: ["anna.example"], bert: ["bert.example"] });
			expect([...step.registry.deferred]).toEqual(["both.example"]);
			expect(step.findings.map((finding) => finding.is)).toEqual(["contested", "contested"]);
			expect(step.changedDomains.has("both.example")).toBe(true);
		}
	});

	test("at a start with two files claiming one address or key, both homes' mail is deferred", () => {
		for (const clash of [{ addresses: anna.addresses }, { publicKey: anna.publicKey }]) {
			const step = next(emptyRegistry, files(anna, { ...bert, ...clash }, carl), 0);
			expect(served(step.registry)).toEqual({ carl: ["carl.example"] });
			expect([...step.registry.deferred].sort()).toEqual(["anna.example", "bert.example"]);
		}
	});

	test("a contested domain goes to the one that still claims it, once the other has let go", () => {
		const a = { ...anna, domains: ["both.example"] };
		const b = { ...bert, domains: ["both.example"] };
		const step = next(after(files(a, b)), files(a, { ...b, domains: [] }), 0);
		expect(served(step.registry)).toEqual({ anna: ["both.example"], bert: [] });
		expect(step.registry.deferred.size).toBe(0);
		expect(step.findings).toEqual([]);
	});

	test("a domain moves between two homes in two writes, whichever comes first", () => {
		const start = after(files({ ...anna, domains: ["moves.example"] }, bert));
		const without = { ...anna, domains: [] };
		const withIt = { ...bert, domains: ["bert.example", "moves.example"] };
		const takenFirst = next(start, files({ ...anna, domains: ["moves.example"] }, withIt), 0);
		expect(served(takenFirst.registry)).toEqual({ anna: ["moves.example"], bert: ["bert.example"] });
		const released = next(start, files(without, bert), 0);
		for (const registry of [takenFirst.registry, released.registry, start]) {
			const step = next(registry, files(without, withIt), 0);
			expect(served(step.registry)).toEqual({ anna: [], bert: ["bert.example", "moves.example"] });
			expect(step.findings).toEqual([]);
			expect(step.changedDomains.has("moves.example")).toBe(true);
		}
	});

	test("two homes swap their domains in one go", () => {
		const step = next(
			after(files(anna, bert)),
			files({ ...anna, domains: bert.domains }, { ...bert, domains: anna.domains }),
			0,
		);
		expect(served(step.registry)).toEqual({ anna: ["bert.example"], bert: ["anna.example"] });
	});

	test("a home that is refused still holds what it had against others", () => {
		const start = after(files(anna, bert));
		const a = { ...anna, domains: ["free.example"], addresses: bert.addresses };
		const c = { ...carl, domains: ["anna.example"] };
		const step = next(start, files(a, bert, c), 0);
		expect(served(step.registry)).toEqual({ anna: ["anna.example"], bert: ["bert.example"] });
		expect(step.findings.map((finding) => "id" in finding && finding.id).sort()).toEqual(["anna", "carl"]);
	});

	test("a renamed file is refused until its old name's removal is due, and then served", () => {
		const start = after(files(anna));
		const renamed = { ...anna, id: "anna-2" };
		const soon = next(start, files(renamed), 0);
		expect(Object.keys(served(soon.registry))).toEqual(["anna"]);
		const later = next(soon.registry, files(renamed), removalDelay);
		expect(Object.keys(served(later.registry))).toEqual(["anna-2"]);
		expect(later.findings).toEqual([]);
	});

	test("whatever the files say, no two served homes share a key, an address or a domain", () => {
		let seed = 7;
		const random = (below: number) => {
			seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
			return seed % below;
		};
		let registry = emptyRegistry;
		for (let round = 0; round < 500; round++) {
			const homes = Array.from({ length: 5 }, (_, index) =>
				homeOf(`h${index}`, 10 + random(6), { domains: [`d${random(6)}.example`, `e${random(6)}.example`] }),
			);
			const state = files(...homes.filter(() => random(5) > 0), ...(random(4) ? [] : ["broken"]));
			registry = next(registry, state, round * 3_000).registry;
			const all = [...registry.homes.values()].flatMap((h) => [h.publicKey, ...h.addresses, ...h.domains]);
			expect(new Set(all).size).toBe(all.length);
			for (const domain of registry.deferred) expect(all).not.toContain(domain);
		}
	});
});

describe("removals", () => {
	test("a removal takes effect when the file has been absent for ten seconds", () => {
		const start = after(files(anna, bert));
		const first = next(start, files(bert), 5_000);
		expect(first.registry.homes.has("anna")).toBe(true);
		expect(first.wakeAt).toBe(5_000 + removalDelay);
		const almost = next(first.registry, files(bert), 5_000 + removalDelay - 1);
		expect(almost.registry.homes.has("anna")).toBe(true);
		const due = next(almost.registry, files(bert), 5_000 + removalDelay);
		expect(due.registry.homes.has("anna")).toBe(false);
		expect([...due.changedDomains]).toEqual(["anna.example"]);
		expect(due.wakeAt).toBeUndefined();
	});

	test("a file that comes back in time was never away", () => {
		const away = next(after(files(anna)), files(), 0);
		const back = next(away.registry, files(anna), 9_000);
		const again = next(back.registry, files(), 11_000);
		expect(again.registry.homes.has("anna")).toBe(true);
		expect(again.wakeAt).toBe(11_000 + removalDelay);
	});

	test("an unreadable directory removes nothing, and the time it was unreadable does not count", () => {
		const away = next(after(files(anna)), files(), 0);
		const blind = next(away.registry, unreadable, 60_000);
		expect(blind.registry.homes.has("anna")).toBe(true);
		expect(blind.findings).toEqual([
			{ is: "unreadable", directory: "/homes.d", reason: "permission denied" },
		]);
		const sees = next(blind.registry, files(), 61_000);
		expect(sees.registry.homes.has("anna")).toBe(true);
		expect(sees.wakeAt).toBe(61_000 + removalDelay);
	});

	const many = Array.from({ length: 30 }, (_, index) => homeOf(`h${index}`, 10 + index));

	test("three of thirty go, four of thirty are held until confirmed", () => {
		expect(after(files(...many), files(...many.slice(3))).homes.size).toBe(27);
		const held = after(files(...many), files(...many.slice(4)));
		expect(held.homes.size).toBe(30);
		expect([...held.held].sort()).toEqual(["h0", "h1", "h2", "h3"]);
		expect(next(held, files(...many.slice(4)), 1e6).findings).toEqual([
			{ is: "held", ids: ["h0", "h1", "h2", "h3"], total: 30 },
		]);
		const { registry, removed } = acceptRemovals(held);
		expect(removed).toEqual(["h0", "h1", "h2", "h3"]);
		expect(registry.homes.size).toBe(26);
	});

	test("files that vanish one after the other within the delay count as vanishing at once", () => {
		let registry = after(files(...many));
		for (let gone = 1; gone <= 5; gone++) {
			registry = next(registry, files(...many.slice(gone)), 1_000 * gone).registry;
		}
		registry = next(registry, files(...many.slice(5)), 60_000).registry;
		expect(registry.homes.size).toBe(30);
		expect(registry.held.size).toBe(5);
	});

	test("a held home whose file comes back is held no longer, the others stay held", () => {
		const held = after(files(...many), files(...many.slice(4)));
		const oneBack = files(many[0]!, ...many.slice(4));
		const step = next(held, oneBack, 1e6);
		expect([...step.registry.held].sort()).toEqual(["h1", "h2", "h3"]);
		expect(next(step.registry, oneBack, 2e6).registry.homes.size).toBe(30);
	});

	test("four of a hundred homes may go at once", () => {
		const hundred = Array.from({ length: 100 }, (_, index) => homeOf(`h${index}`, 10 + index));
		expect(after(files(...hundred), files(...hundred.slice(4))).homes.size).toBe(96);
	});
});

describe("what is not known", () => {
	test("without a state, an unreadable directory or a wrong file leaves the registry incomplete", () => {
		expect(next(emptyRegistry, unreadable, 0).registry.complete).toBe(false);
		expect(next(emptyRegistry, files(anna, "bert"), 0).registry.complete).toBe(false);
	});

	test("once every file was understood the registry is complete and stays so", () => {
		const registry = after(files(anna));
		expect(registry.complete).toBe(true);
		expect(next(registry, files(anna, "bert"), 0).registry.complete).toBe(true);
	});
});
