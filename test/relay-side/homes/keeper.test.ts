import { pino } from "pino";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { homesUnsaved, removalsHeld } from "../../../relay-side/homes/conditions.ts";
import type { Home } from "../../../relay-side/homes/home.ts";
import {
	createHomesKeeper,
	type RegistryChange,
	registryText,
	type StoredRegistry,
	storedRegistrySchema,
} from "../../../relay-side/homes/keeper.ts";
import type { Files } from "../../../relay-side/homes/registry.ts";
import { parseAddress } from "../../../shared/address.ts";
import { Health } from "../../../shared/health.ts";
import { homeOf, rules } from "./examples.ts";

const log = pino({ level: "silent" });

beforeEach(() => vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] }));
afterEach(() => vi.useRealTimers());

/** A disk with one state file on it. */
function diskOf(text?: string) {
	const disk = {
		text,
		full: false,
		read: async () => (disk.text ? storedRegistrySchema.parse(JSON.parse(disk.text)) : undefined),
		write: async (value: StoredRegistry) => {
			if (disk.full) throw new Error("no space left on device");
			disk.text = JSON.stringify(value);
		},
	};
	return disk;
}

async function start(disk = diskOf()) {
	const health = new Health(log);
	const changes: RegistryChange[] = [];
	const keeper = await createHomesKeeper({
		state: disk,
		rules,
		health,
		log,
		onChange: (change) => changes.push(change),
	});
	const codes = () => health.list().map((c) => `${c.code} ${c.subject}`);
	return { keeper, health, changes, disk, codes };
}

function files(...homes: Home[]): Files {
	const entries = homes.map((home) => [home.id, { file: `${home.id}.toml`, home }] as const);
	return { readable: true, directory: "/homes.d", homes: new Map(entries) };
}

const wrong: Files = {
	readable: true,
	directory: "/homes.d",
	homes: new Map([["anna", { file: "anna.toml", problems: ["anna.toml: mail_port: expected a number"] }]]),
};

const [anna, bert] = [homeOf("anna", 2), homeOf("bert", 3)];

test("what was last applied is served after a restart, although its file became wrong meanwhile", async () => {
	const first = await start();
	first.keeper.update(files(anna, bert));
	await first.keeper.stop();
	const second = await start(first.disk);
	second.keeper.update({
		...wrong,
		homes: new Map([...wrong.homes, ["bert", { file: "bert.toml", home: bert }]]),
	});
	expect([...second.keeper.registry.homes.keys()]).toEqual(["anna", "bert"]);
	expect(second.changes).toEqual([]);
	expect(second.codes()).toEqual(["homes.file_wrong anna"]);
});

test("a removal happens by itself when it is due", async () => {
	const { keeper, changes } = await start();
	keeper.update(files(anna, bert));
	keeper.update(files(bert));
	await vi.advanceTimersByTimeAsync(9_900);
	expect(keeper.registry.homes.has("anna")).toBe(true);
	await vi.advanceTimersByTimeAsync(200);
	expect(keeper.registry.homes.has("anna")).toBe(false);
	expect([...changes.at(-1)!.changedHomes]).toEqual(["anna"]);
	await keeper.stop();
});

test("a condition names file and key while a file is wrong, and ends when it is corrected", async () => {
	const { keeper, codes, health } = await start();
	keeper.update(wrong);
	expect(health.list()[0]?.text).toContain("anna.toml: mail_port: expected a number");
	keeper.update(files(anna));
	expect(codes()).toEqual([]);
	await keeper.stop();
});

test("an unreadable directory is a condition, and does not hide what was wrong before", async () => {
	const { keeper, codes } = await start();
	keeper.update(wrong);
	keeper.update({ readable: false, directory: "/homes.d", reason: "permission denied" });
	expect(codes().sort()).toEqual(["homes.file_wrong anna", "homes.unreadable /homes.d"]);
	keeper.update(files(anna));
	expect(codes()).toEqual([]);
	await keeper.stop();
});

test("held removals survive a restart and go when they are confirmed", async () => {
	const many = Array.from({ length: 10 }, (_, index) => homeOf(`h${index}`, 10 + index));
	const first = await start();
	first.keeper.update(files(...many));
	first.keeper.update(files(...many.slice(5)));
	await vi.advanceTimersByTimeAsync(10_100);
	expect(first.health.has(removalsHeld)).toBe(true);
	await first.keeper.stop();
	const second = await start(first.disk);
	second.keeper.update(files(...many.slice(5)));
	expect(second.health.has(removalsHeld)).toBe(true);
	expect(second.keeper.acceptRemovals()).toEqual(["h0", "h1", "h2", "h3", "h4"]);
	expect(second.health.has(removalsHeld)).toBe(false);
	expect([...second.changes.at(-1)!.changedDomains].sort()).toEqual(
		[0, 1, 2, 3, 4].map((n) => `h${n}.example`),
	);
	expect(second.keeper.registry.homes.size).toBe(5);
	await second.keeper.stop();
	expect((await start(second.disk)).keeper.registry.homes.size).toBe(5);
});

test("a disk that is full costs a warning, and the next change is saved again", async () => {
	const { keeper, health, disk } = await start();
	disk.full = true;
	keeper.update(files(anna));
	await keeper.saved();
	expect(health.has(homesUnsaved)).toBe(true);
	expect(keeper.registry.homes.has("anna")).toBe(true);
	disk.full = false;
	keeper.update(files(anna, bert));
	await keeper.saved();
	expect(health.has(homesUnsaved)).toBe(false);
	expect(JSON.parse(disk.text!).homes).toHaveLength(2);
	await keeper.stop();
});

test("what a full disk kept from being saved is saved when there is room again, without a change", async () => {
	const { keeper, health, disk } = await start();
	disk.full = true;
	keeper.update(files(anna));
	await keeper.saved();
	await vi.advanceTimersByTimeAsync(10_000);
	expect(health.has(homesUnsaved)).toBe(true);
	disk.full = false;
	await vi.advanceTimersByTimeAsync(10_000);
	expect(health.has(homesUnsaved)).toBe(false);
	expect(JSON.parse(disk.text!).homes).toHaveLength(1);
	expect(vi.getTimerCount()).toBe(0);
	await keeper.stop();
});

test("a home whose saved address the relay has taken itself is not served from memory", async () => {
	const first = await start();
	first.keeper.update(files({ ...anna, addresses: [parseAddress("10.86.0.2")] }, bert));
	await first.keeper.stop();
	const health = new Health(log);
	const keeper = await createHomesKeeper({
		state: first.disk,
		rules: { ...rules, relayAddresses: [parseAddress("10.86.0.2")] },
		health,
		log,
		onChange: () => {},
	});
	expect([...keeper.registry.homes.keys()]).toEqual(["bert"]);
	expect(keeper.registry.complete).toBe(false);
});

test("what is remembered of any number of homes is JSON that reads back as it was", async () => {
	for (const count of [0, 1, 2, 20_000]) {
		const domains = Array.from({ length: 10 }, (_, n) => `d${n}.example`);
		const homes = Array.from({ length: count }, (_, n) => homeOf(`h${n}`, n + 2, { domains }));
		const stored = { version: 1 as const, homes, deferred: ["a.example"], held: [], complete: true };
		expect(JSON.parse(await registryText(stored))).toEqual(stored);
	}
});
