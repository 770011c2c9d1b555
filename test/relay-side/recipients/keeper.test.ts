import { appendFile, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { emptyRegistry, type Registry } from "../../../relay-side/homes/registry.ts";
import { foreignRecipients, listHeld, listsUnsaved } from "../../../relay-side/recipients/conditions.ts";
import { listJournal } from "../../../relay-side/recipients/journal.ts";
import {
	createRecipientsKeeper,
	type RecipientsKeeper,
	type RecipientsKeeperOptions,
} from "../../../relay-side/recipients/keeper.ts";
import { Refused } from "../../../relay-side/refused.ts";
import { type RecipientsPush, recipientsSchema } from "../../../shared/protocol/recipients.ts";
import { parseRecipient, type Recipient, RecipientSet } from "../../../shared/recipient.ts";
import { silent, silentHealth } from "../../shared/silent.ts";
import { homeOf } from "../homes/examples.ts";

const day = 24 * 60 * 60_000;

let directory: string;
let registry: Registry;
let clock: number;
let changes: Array<readonly Recipient[] | undefined>;
let health: ReturnType<typeof silentHealth>;
let keeper: RecipientsKeeper;

async function start(options: Partial<RecipientsKeeperOptions> = {}) {
	keeper = await createRecipientsKeeper({
		directory,
		registry: () => registry,
		onChange: (changed) => changes.push(changed),
		health,
		log: silent,
		now: () => new Date(clock),
		...options,
	});
	return keeper;
}

beforeEach(async () => {
	directory = await mkdtemp(join(tmpdir(), "heimweg-recipients-"));
	registry = {
		...emptyRegistry,
		homes: new Map([
			["anna", homeOf("anna", 2)],
			["bert", homeOf("bert", 3)],
		]),
		complete: true,
	};
	clock = Date.parse("2026-03-01T12:00:00Z");
	changes = [];
	health = silentHealth();
	await start();
});

afterEach(() => rm(directory, { recursive: true }));

const users = (count: number, domain = "anna.example") =>
	Array.from({ length: count }, (_, number) => `user${number}@${domain}`);

/** The set as the home has it, and the message that sends it. */
function setOf(texts: readonly string[]): RecipientSet {
	return new RecipientSet(texts.map((text) => parseRecipient(text) ?? (text as Recipient)));
}

function push(list: readonly string[], base?: readonly string[]) {
	const now = setOf(list);
	const before = base && setOf(base);
	const message: RecipientsPush = {
		digest: now.digest,
		...(before ? { base: before.digest } : {}),
		add: before ? now.without(before) : [...now],
		remove: before ? before.without(now) : [],
	};
	return keeper.take("anna", recipientsSchema.parse(message));
}

const valid = () => [...(keeper.of("anna")?.list ?? [])].sort();
const refusal = async (work: Promise<unknown>) => {
	const error = await work.then(
		() => undefined,
		(reason) => reason,
	);
	expect(error).toBeInstanceOf(Refused);
	return error as Refused;
};

test("a whole list, then what changes, are known and are there after a restart", async () => {
	const first = await push(["a@anna.example", "b@anna.example"]);
	expect(first).toEqual({ digest: setOf(["a@anna.example", "b@anna.example"]).digest, held: false });
	await push(["a@anna.example", "c@anna.example"], ["a@anna.example", "b@anna.example"]);
	expect(changes).toEqual([
		["a@anna.example", "b@anna.example", "@anna.example"],
		["c@anna.example", "b@anna.example"],
	]);
	const text = await readFile(join(directory, "anna.list"), "utf8");
	expect(text.split("\n").filter((line) => /^[+-]/.test(line))).toEqual([
		"+a@anna.example",
		"+b@anna.example",
		"+c@anna.example",
		"-b@anna.example",
	]);
	await start();
	expect(valid()).toEqual(["a@anna.example", "c@anna.example"]);
	expect(keeper.state("anna")).toMatchObject({
		digest: keeper.of("anna")?.list.digest,
		count: 2,
		held: false,
	});
	expect(keeper.state("bert")).toMatchObject({ count: 0 });
});

test("what a power cut left unended in the file does not count, and what follows is not mixed with it", async () => {
	await push(["a@anna.example"]);
	for (const torn of ["+x@anna.example\n", "+y@anna.example\n={", '+z@anna.example\n={"delimiter":""}']) {
		await appendFile(join(directory, "anna.list"), torn);
		await start();
		expect(valid()).toEqual(["a@anna.example"]);
	}
	await push(["a@anna.example", "b@anna.example"], ["a@anna.example"]);
	await start();
	expect(valid()).toEqual(["a@anna.example", "b@anna.example"]);
});

test("a file with many changes is written anew, short", async () => {
	await push(["a@anna.example"]);
	for (let number = 0; number < 260; number++) {
		await push(["a@anna.example", "b@anna.example"], ["a@anna.example"]);
		await push(["a@anna.example"], ["a@anna.example", "b@anna.example"]);
	}
	expect((await readFile(join(directory, "anna.list"), "utf8")).split("\n").length).toBeLessThan(1_000);
	await start();
	expect(valid()).toEqual(["a@anna.example"]);
});

test("changes to another list than ours are refused with 409, and nothing happens", async () => {
	await push(["a@anna.example"]);
	const { status } = await refusal(push(["x@anna.example"], ["y@anna.example"]));
	expect(status).toBe(409);
	const wrong = { digest: "0".repeat(32), add: ["x@anna.example"], remove: [] };
	expect((await refusal(keeper.take("anna", wrong))).status).toBe(409);
	expect(valid()).toEqual(["a@anna.example"]);
});

test("recipients of a domain that is not the home's: 403, a condition, and no part is taken", async () => {
	const error = await refusal(push(["a@anna.example", "b@bert.example", "c@anna.example.evil.example"]));
	expect(error.status).toBe(403);
	expect(keeper.of("anna")).toBeUndefined();
	const [active] = health.list();
	expect(active).toMatchObject({ code: foreignRecipients.code, subject: "anna" });
	expect(active?.text).toContain("anna.example.evil.example, bert.example");
	await push(["a@anna.example"]);
	expect(health.list()).toEqual([]);
});

test.each([
	"a@anna.example\nx@bert.example",
	"a@anna.example OK\n@bert.example",
	"#a@anna.example",
	'"a b"@anna.example',
	"/.*@anna.example/",
	"anna.example",
	" a@anna.example",
	"a@anna.example\0",
])("%j never comes near a map: 400", async (text) => {
	const { status } = await refusal(push(["b@anna.example", text]));
	expect(status).toBe(400);
	expect(keeper.of("anna")).toBeUndefined();
	expect(changes).toEqual([]);
});

test("a list over the limit is refused whole, and the limit is named", async () => {
	await start({ limit: 20 });
	await push(users(20));
	const { status, message } = await refusal(push(users(21), users(20)));
	expect([status, message]).toEqual([413, "a home may have at most 20 recipients, and these are 21"]);
	expect(keeper.of("anna")?.list.size).toBe(20);
	expect(keeper.state("anna").limit).toBe(20);
});

test("all homes together have a limit, over which no list may grow, but each may shrink", async () => {
	await start({ totalLimit: 20 });
	await push(users(12));
	const more = new RecipientSet(users(9, "bert.example").map((text) => parseRecipient(text)!));
	const { status, message } = await refusal(
		keeper.take("bert", recipientsSchema.parse({ digest: more.digest, add: [...more] })),
	);
	expect([status, message]).toEqual([
		413,
		"all homes of the relay together may have at most 20 recipients, and with these they have 21",
	]);
	await push(users(20));
	await start({ totalLimit: 10 });
	await push(users(19), users(20));
	expect(valid()).toHaveLength(19);
});

test("a list that shrinks by more than half is held: the missing stay valid, the new are valid at once", async () => {
	await push(users(10));
	expect(await push(["new@anna.example", ...users(3)], users(10))).toMatchObject({ held: true });
	expect(valid()).toHaveLength(11);
	expect(changes.at(-1)).toEqual(["new@anna.example"]);
	const [active] = health.list();
	expect(active).toMatchObject({ code: listHeld.code, subject: "anna", severity: "error" });
	expect(active?.text).toContain("until 2026-03-02 12:00 UTC");
	expect(active?.remedy).toContain("heimweg-relay accept-recipients anna");
	expect(keeper.state("anna")).toMatchObject({ count: 4, held: true });

	await start();
	expect(health.has(listHeld, "anna")).toBe(true);
	expect(valid()).toHaveLength(11);
	expect(keeper.accept("anna")).toBe(7);
	expect(valid()).toEqual([
		"new@anna.example",
		"user0@anna.example",
		"user1@anna.example",
		"user2@anna.example",
	]);
	expect(health.list()).toEqual([]);
	expect(keeper.accept("anna")).toBeUndefined();
	await keeper.saved();
	await start();
	expect(valid()).toHaveLength(4);
});

test("a held list comes into force when the same list has stood for a day; another one begins a new day", async () => {
	await push(users(10));
	await push(users(4), users(10));
	clock += day / 2;
	await push(users(3), users(4));
	clock += day - 1;
	keeper.look();
	await push(users(3));
	expect(valid()).toHaveLength(10);
	clock += 1;
	keeper.look();
	expect(valid()).toHaveLength(3);
	expect(health.list()).toEqual([]);
});

test("a list that is long again ends the holding", async () => {
	await push(users(10));
	await push(users(4), users(10));
	await push(users(9), users(4));
	expect(valid()).toHaveLength(9);
	expect(health.list()).toEqual([]);
	await start();
	expect(valid()).toHaveLength(9);
});

test.each([
	["nine to one", "held", users(9), users(1)],
	["two to none", "held", users(2), []],
	["three to one", "held", users(3), users(1)],
	["one to none", "taken", users(1), []],
	["four to two, which is half", "taken", users(4), users(2)],
	["one to three", "taken", users(1), users(3)],
])("a list that goes from %s is %s", async (_, outcome, before, after) => {
	const held = outcome === "held";
	expect(await push(before)).toMatchObject({ held: false });
	expect(await push(after, before)).toMatchObject({ held });
	expect(valid()).toHaveLength(held ? before.length : after.length);
	expect(await push([...before, ...after], after)).toMatchObject({ held: false });
});

test("a domain that loses most of its recipients is held although the list grows, and it is named", async () => {
	registry = {
		...registry,
		homes: new Map([["anna", homeOf("anna", 2, { domains: ["anna.example", "more.example"] })]]),
	};
	await push([...users(9), ...users(9, "more.example")]);
	expect(await push([...users(1), ...users(40, "more.example")])).toMatchObject({ held: true });
	expect(valid()).toHaveLength(49);
	expect(health.list()[0]?.text).toContain("at anna.example from 9 to 1");
	expect(health.list()[0]?.text).not.toContain("more.example");
});

test("many domains that lose their only recipient at once are held too, as a whole", async () => {
	const domains = ["a.example", "b.example", "c.example"];
	registry = { ...registry, homes: new Map([["anna", homeOf("anna", 2, { domains })]]) };
	await push(domains.map((domain) => `me@${domain}`));
	expect(await push(["me@a.example"])).toMatchObject({ held: true });
	expect(health.list()[0]?.text).toContain("from 3 to 1");
});

test("half of a list, and a domain that the relay's owner took away are not held", async () => {
	await push(users(10));
	expect(await push(users(5), users(10))).toMatchObject({ held: false });
	registry = {
		...registry,
		homes: new Map([["anna", homeOf("anna", 2, { domains: ["anna.example", "more.example"] })]]),
	};
	const both = [...users(20, "more.example"), ...users(5)];
	await push(both, users(5));
	registry = { ...registry, homes: new Map([["anna", homeOf("anna", 2)]]) };
	expect(await push(users(5), both)).toMatchObject({ held: false });
});

test("an agent that cannot list everything opens its domains, and one that says nothing of lists has none", async () => {
	keeper.report("anna", { complete: true, delimiter: "+" });
	await push(["a@anna.example"]);
	expect(keeper.of("anna")).toMatchObject({ delimiter: "+", open: undefined });
	keeper.report("anna", { complete: false, reason: "hash:/etc/x cannot be read", delimiter: "+" });
	expect(keeper.of("anna")?.open).toBe("hash:/etc/x cannot be read");
	await keeper.saved();
	await start();
	expect(keeper.of("anna")).toMatchObject({ delimiter: "+", open: "hash:/etc/x cannot be read" });
	changes = [];
	keeper.report("anna", { complete: true, delimiter: "+" });
	keeper.report("anna", { complete: true, delimiter: "+" });
	expect(keeper.of("anna")?.open).toBeUndefined();
	expect(changes, "every key of this home, and no look at the whole map").toEqual([
		["a@anna.example", "@anna.example"],
	]);
	keeper.report("anna", undefined);
	expect(keeper.of("anna")).toBeUndefined();
	await keeper.saved();
	expect(await readdir(directory)).toEqual([]);
});

test("the list of a home that is gone goes, but not while a home file is not understood", async () => {
	await push(["a@anna.example"]);
	registry = { ...registry, homes: new Map(), complete: false };
	keeper.look();
	expect(keeper.of("anna")).toBeDefined();
	registry = { ...registry, complete: true };
	keeper.look();
	await keeper.saved();
	expect(keeper.of("anna")).toBeUndefined();
	expect(await readdir(directory)).toEqual([]);
});

test("a full disk costs a condition, not the list; it is saved when there is room again", async () => {
	let full = true;
	await start({
		journal(path) {
			const real = listJournal(path);
			const refuse = () => Promise.reject(new Error("no space left on device"));
			return {
				...real,
				replace: (home) => (full ? refuse() : real.replace(home)),
				append: (...change) => (full ? refuse() : real.append(...change)),
			};
		},
	});
	await push(["a@anna.example"]);
	expect(valid()).toEqual(["a@anna.example"]);
	expect(health.has(listsUnsaved, "anna")).toBe(true);
	full = false;
	keeper.look();
	await keeper.saved();
	expect(health.list()).toEqual([]);
	await start();
	expect(valid()).toEqual(["a@anna.example"]);
});

test("a list that is quite another one, of the same length, is held", async () => {
	await push(users(10));
	const others = Array.from({ length: 10 }, (_, n) => `other${n}@anna.example`);
	expect(await push(others)).toMatchObject({ held: true });
	expect(valid()).toEqual([...users(10), ...others].sort());
});

test("a home that sends other lists all the time while one is held does not fill the relay's memory", async () => {
	await start({ limit: 10 });
	const list = (letter: string) => Array.from({ length: 10 }, (_, n) => `${letter}${n}@anna.example`);
	await push(list("a"));
	await push(list("b"));
	expect(valid()).toHaveLength(20);
	expect(await refusal(push(list("c")))).toMatchObject({ status: 413 });
	expect(valid()).toEqual([...list("a"), ...list("b")].sort());
	await push(list("b").slice(0, 4));
	expect(valid()).toHaveLength(20);
});
