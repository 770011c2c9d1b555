import { pino } from "pino";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { HomeFile } from "../../../relay-side/homes/home.ts";
import { createHomesKeeper, type RegistryChange } from "../../../relay-side/homes/keeper.ts";
import type { Files } from "../../../relay-side/homes/registry.ts";
import { Health } from "../../../shared/health.ts";
import { random } from "../../shared/random.ts";
import { homeOf, rules } from "./examples.ts";

const log = pino({ level: "silent" });

beforeEach(() => vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] }));
afterEach(() => vi.useRealTimers());

async function keeperOf() {
	const health = new Health(log);
	const changes: RegistryChange[] = [];
	const keeper = await createHomesKeeper({
		...{ rules, health, log },
		state: { read: async () => undefined, write: async () => {} },
		onChange: (change) => changes.push(change),
	});
	return {
		keeper,
		seen() {
			const { homes, ...rest } = keeper.registry;
			const conditions = health.list().map(({ code, subject }) => `${code} ${subject}`);
			return { ...rest, homes: [...homes], conditions: conditions.sort() };
		},
		/** What was told since this was last asked. */
		told: () =>
			changes
				.splice(0)
				.map(({ changedHomes, changedDomains }) => [[...changedHomes].sort(), [...changedDomains].sort()]),
	};
}

/** One file is changed, added, made wrong or removed, now and then with a claim that another home has. */
function change(files: Map<string, HomeFile>, below: (most: number) => number): string {
	const id = `h${below(40)}`;
	const file = `${id}.toml`;
	const what = below(40);
	if (what === 0) files.delete(id);
	else if (what === 1) files.set(id, { file, problems: [`${file}: no`] });
	else {
		const number = 10 + Number(id.slice(1)) + 100 * below(2);
		const domains = [`${id}.example`, ...(below(2) ? [`more.${id}.example`] : [])];
		if (what === 2) domains.push(`h${below(40)}.example`);
		files.set(id, { file, home: homeOf(id, number, { domains: [...new Set(domains)] }) });
	}
	return id;
}

test("who is told which files changed serves the same, and tells the same, as who looks at all of them", async () => {
	const few = await keeperOf();
	const whole = await keeperOf();
	const files = new Map<string, HomeFile>();
	const { below } = random(7);
	for (let round = 0; round < 1_500; round++) {
		const changed = new Set(Array.from({ length: 1 + below(2) }, () => change(files, below)));
		const all = { readable: true as const, directory: "/homes.d", homes: new Map(files) };
		const lost: Files = { readable: false, directory: "/homes.d", reason: "no" };
		if (below(60) === 0) for (const { keeper } of [few, whole]) keeper.update(lost);
		few.keeper.update(below(50) === 0 ? all : { ...all, changed });
		whole.keeper.update(all);
		await vi.advanceTimersByTimeAsync(below(3) * 5_000);
		if (below(20) === 0) for (const { keeper } of [few, whole]) keeper.acceptRemovals();
		expect(few.seen()).toEqual(whole.seen());
		expect(few.told()).toEqual(whole.told());
	}
	for (const { keeper } of [few, whole]) await keeper.stop();
});

/** Files that nobody may walk through. */
class Looked extends Map<string, HomeFile> {
	override keys(): never {
		throw new Error("all files were looked at");
	}
	override entries = this.keys;
	override values = this.keys;
	override [Symbol.iterator] = this.keys;
	override forEach = this.keys;
}

test("among thousands of files one that changed is looked at alone, also while another is wrong", async () => {
	const { keeper, told } = await keeperOf();
	const files = new Map<string, HomeFile>();
	for (let n = 0; n < 3_000; n++) files.set(`h${n}`, { file: `h${n}.toml`, home: homeOf(`h${n}`, 10 + n) });
	keeper.update({ readable: true, directory: "/homes.d", homes: files });
	files.set("h9", { file: "h9.toml", problems: ["h9.toml: no"] });
	keeper.update({ readable: true, directory: "/homes.d", homes: files, changed: new Set(["h9"]) });
	told();
	const file = { file: "h7.toml", home: homeOf("h7", 17, { domains: ["new.example"] }) };
	const looked = new Looked();
	Map.prototype.set.call(looked, "h7", file);
	keeper.update({ readable: true, directory: "/homes.d", homes: looked, changed: new Set(["h7"]) });
	expect(told()).toEqual([[["h7"], ["h7.example", "new.example"]]]);
	expect(keeper.registry.homes.size).toBe(3_000);
	await keeper.stop();
});
